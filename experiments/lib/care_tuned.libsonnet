// CARE for few epochs: tables over words, low initial probabilities, smaller batches, and decreasing
// learning rates, which are five times as high for layers that are not pretrained. docs/benchmarks.md
// compares it with the published setting.
{
  model+: {
    word_pooler: { type: 'first' },
    entity_classifier+: { prior: 0.001 },
    relation_classifier+: { prior: 0.001 },
  },
  training+: {
    epochs: 10,
    batch_size: 4,
    gradient_clip: 1.0,
    optimizer+: { lr: 5e-4, encoder_lr: 1e-4 },
    schedule: { type: 'linear', warmup: 0.1 },
  },
}
