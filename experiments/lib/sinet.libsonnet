// SINET as published (LREC-COLING 2024): all spans, task-aware projections, cross-task attention.
// An experiment adds `data` and `model.encoder.model_name`.
{
  seed: 0,
  model: {
    type: 'span',
    encoder: {
      type: 'transformer',
      model_name: error 'name an encoder: a folder, a hub model or package:NAME',
    },
    projection: { type: 'linear', bias: false, shared: false },
    interaction: {
      type: 'ctam',
      directions: ['entity', 'relation'],
      layers: 1,
      heads: 4,
      agent: 'cls',
      layer_norm: true,
      out_proj: true,
      mask_padding: true,  // false: padding takes part in the attention, as in the released code
      dropout: 0.2,
    },
    span_enumerator: { type: 'all_spans', max_width: 8 },
    width_dim: 100,
    span_pooler: { type: 'max' },
    pair_encoder: { type: 'between_context', context_pooler: { type: 'max' } },
    entity_classifier: { type: 'linear', dropout: 0.1 },
    relation_classifier: { type: 'linear', dropout: 0.1 },
    entity_loss: { type: 'softmax' },
    relation_loss: { type: 'binary', over_labels: 'mean' },
    sampler: { type: 'span', entity_negatives: 100, relation_negatives: 100 },
    decoder: { type: 'spans', relation_threshold: 0.5 },
  },
  training: {
    epochs: 100,
    batch_size: 4,
    drop_last: true,
    gradient_clip: 0.25,
    optimizer: { type: 'bert_adamw', lr: 1e-5, weight_decay: 0.01, no_decay: ['bias', 'LayerNorm'] },
    schedule: { type: 'linear', warmup: 0.0 },
    protocol: { type: 'spert' },
    checkpoint: 'last',
  },
}
