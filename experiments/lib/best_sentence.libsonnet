// Our own recipe for sentences, on top of lib/sinet_minilm.libsonnet or lib/sinet.libsonnet: what a span and a
// pair know, relations that are trained on the model's own mistakes, and two learning rates.
// docs/benchmarks_appendix.md has what was measured: the recipe as a whole, and some of its parts.
{
  model+: {
    span_pooler: { type: 'endpoints' },
    relation_span_pooler: { type: 'endpoints' },
    type_embedding: { type: 'table', dim: 25 },
    pair_encoder+: { distance_dim: 25 },
    relation_spans: 'predicted',
    relation_classifier: { type: 'feedforward', layer_norm: true, activation: 'gelu', dropout: 0.2 },
    // Summed over the labels, so that the weight of a relation does not depend on their number; relations
    // count more than the many pairs without one, because pairs with wrong spans make the model cautious.
    relation_loss: { type: 'binary', over_labels: 'sum', positive_weight: 4.0 },
    loss_weights: { relation: 0.2 },
  },
  // The layers that are not pretrained learn five times as fast as the encoder.
  training+: { optimizer+: { lr: 5 * super.lr, encoder_lr: super.lr } },
}
