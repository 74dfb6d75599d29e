// CARE as published (LREC-COLING 2024): two tables over pairs of pieces, convolutional co-attention.
// An experiment adds `data` and `model.encoder.model_name`.
local classifier = { type: 'feedforward', layer_norm: true, activation: 'elu', dropout: 0.1 };
{
  seed: 0,
  model: {
    type: 'table',
    encoder: {
      type: 'transformer',
      model_name: error 'name an encoder: a folder, a hub model or package:NAME',
    },
    word_pooler: null,  // tables over pieces; 'first' or 'max' for tables over words
    projection: { type: 'mlp', shared: false },  // as in the paper; 'identity' is as in the released code
    interaction: {
      type: 'conv_co_attention',
      directions: ['entity', 'relation'],
      layers: 3,
      heads: 1,
      channels: 128,
      kernel_size: 3,
      residual: true,
      self_loop: true,
      dropout: 0.1,
      pair_features: { type: 'distance', dim: 20 },
    },
    cell_features: { pair_map: true, summary: false },
    entity_classifier: classifier,
    relation_classifier: classifier,
    entity_loss: { type: 'binary', over_labels: 'sum' },
    relation_loss: { type: 'binary', over_labels: 'sum' },
    normalise_by: 'sentence_length',  // 'padded_length' is as in the released code
    decoder: { type: 'table', entity_threshold: 0.5, relation_threshold: 0.5, all_spans: false },
  },
  training: {
    epochs: 100,
    batch_size: 8,
    gradient_clip: 0.25,
    optimizer: { type: 'adam', lr: 1e-4 },
    schedule: { type: 'constant' },
    protocol: { type: 'care' },
    checkpoint: 'best',
  },
}
