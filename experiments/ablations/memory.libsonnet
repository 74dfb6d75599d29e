// The memory's ablations, one mix-in each:
//   jointre train experiments/memory_cdr.jsonnet -s runs/entity_only \
//     -o "(import 'experiments/ablations/memory.libsonnet').entity_memory"
local flow = { type: 'memory_flow', memories: ['entity', 'relation'], similarity: 'bilinear', fusion: 'mean', memory_grad: true };
local read = { type: 'memory_read', memories: ['entity', 'relation'], similarity: 'bilinear', memory_grad: true };
local refiners(list) = { model+: { token_refiners: list, span_refiners: list } };
local similarity(options) = { model+: { entity_classifier+: options, relation_classifier+: options } };
local warmup(share) = { training+: { callbacks: [{ type: 'memory_warmup', proportion: share }] } };
local longer(how) = { model+: { encoder+: { long_inputs: 'extend', max_length: 1000, extension: how } } };
local adaptive(options) = {
  model+: {
    relation_loss: { type: 'adaptive' } + options,
    decoder+: { relation_threshold: null },
  },
};
local unread = refiners([]) + { training+: { callbacks: [] } };
{
  // Which memories are read, and where
  flow: refiners([flow]),
  no_memory: unread,
  entity_memory: refiners([flow { memories: ['entity'] }]),
  relation_memory: refiners([flow { memories: ['relation'] }]),
  tokens: { model+: { span_refiners: [] } },
  mentions: { model+: { token_refiners: [] } },
  read: refiners([read]),
  flow_and_read: refiners([flow, read]),
  no_memory_grad: refiners([flow { memory_grad: false }]),
  // Compare all spans with the memory in training, as in prediction, instead of the sampled ones
  all_spans: { model+: { sampler+: { all_spans: true } } },
  // Train entities and relations on clusters with missing and wrong mentions, as predicted clusters have them
  perturbed_clusters: { model+: { sampler+: { drop_mention: 0.1, add_mention: 0.1 } } },

  // How the memory changes a row: a mean divides the row by the number of memories plus one, a residual does not
  residual: refiners([flow { fusion: 'residual' }]),
  entity_residual: refiners([flow { memories: ['entity'], fusion: 'residual' }]),
  relation_residual: refiners([flow { memories: ['relation'], fusion: 'residual' }]),
  mean_unit: refiners([flow { fusion: 'mean_unit' }]),

  // The similarity used for reading and by the classifiers
  read_by_dot: refiners([flow { similarity: 'dot' }]),
  read_by_cosine: refiners([flow { similarity: 'cosine' }]),
  bilinear: similarity({ similarity: 'bilinear' }),
  dot: similarity({ similarity: 'dot' }),
  cosine: similarity({ similarity: 'cosine' }),
  arcface_entity: {
    model+: {
      entity_classifier: { type: 'cosine' },
      entity_loss: { type: 'arcface', none_class: false },
    },
  },
  arcface_relation: {
    model+: {
      relation_classifier: { type: 'cosine' },
      relation_loss: { type: 'arcface', none_class: true },
    },
  },

  // The names of mentions: how the coreference scorer and the decoder use them
  equal_names: { model+: { decoder+: { must_link: ['equal'] } } },
  linked_names: { model+: { decoder+: { must_link: ['equal', 'abbreviation'] } } },
  known_names: { model+: { decoder+: { must_link: ['equal', 'abbreviation', 'dictionary'] } } },
  different_names: { model+: { decoder+: { cannot_link: ['dictionary'] } } },
  consistent_mentions: { model+: { decoder+: { consistency: 'string' } } },
  // Mentions with different relations are linked less
  relation_consistency: {
    model+: {
      mention_relation_classifier: { type: 'feedforward' },
      decoder+: { relation_consistency: 0.5 },
    },
  },
  name_relations: { model+: { coreference+: { name_dim: 25 } } },
  name_dictionary: { model+: { coreference+: { name_dim: 25, dictionary: true } } },

  // Relations with a learned threshold (ATLOP): a threshold of null means the one that is learned
  adaptive: adaptive({}),
  adaptive_focal: adaptive({ focal_gamma: 1.0 }),

  // The layers that are not pretrained learn five times as fast as the encoder
  two_rates: { training+: { optimizer+: { lr: 5 * super.lr, encoder_lr: super.lr } } },

  // The other parts
  logsumexp: { model+: { entity_pooler: { type: 'logsumexp' } } },
  multi_instance: { model+: { pair_encoder+: { type: 'multi_instance' } } },
  localized_context: { model+: { pair_encoder: { type: 'localized_context' } } },
  global: { model+: { pair_encoder: { type: 'global', dropout: 0.1 } } },
  pairwise_coreference: { model+: { coreference+: { type: 'pairwise' } } },
  cosine_coreference: { model+: { coreference: { type: 'cosine' } } },
  jerex: unread + {
    model+: {
      entity_classifier: { type: 'feedforward', dropout: 0.1 },
      type_embedding: { type: 'table', dim: 75 },
      relation_classifier: { type: 'linear', dropout: 0.0 },
    },
  },

  // Long documents: read in windows, or at once with more positions
  windows: { model+: { encoder+: { long_inputs: 'windows' } } },
  extend_normal_1: longer('normal_1'),
  extend_normal_002: longer('normal_0.02'),
  extend_tile: longer('tile'),
} + {
  // The start of reading, in percent of the updates
  ['warmup_%d' % share]: warmup(share / 100)
  for share in [0, 20, 40, 50, 60, 80, 100]
} + {
  // The width of the slots; published is the width of the encoder
  ['slot_%d' % width]: similarity({ slot_dim: width })
  for width in [32, 64, 128, 768]
}
