// JEREX with the similarity memory (ICCS 2023): tokens and spans read the prototypes of the classifiers.
local flow = { type: 'memory_flow', memories: ['entity', 'relation'], similarity: 'bilinear', fusion: 'mean', memory_grad: true };
local similarity = { type: 'similarity', similarity: 'bilinear', slot_dim: null };
(import 'jerex.libsonnet') + {
  model+: {
    token_refiners: [flow],
    span_refiners: [flow],
    entity_classifier: similarity,
    type_embedding: { type: 'prototypes' },
    relation_classifier: similarity,
  },
  training+: { callbacks: [{ type: 'memory_warmup', proportion: 0.4 }] },
}
