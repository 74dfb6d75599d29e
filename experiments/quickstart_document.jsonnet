// jointre train experiments/quickstart_document.jsonnet -s runs/quickstart_document
// The similarity memory, decoded by our recipe for documents, on the project's own abstracts with MiniLM: a few minutes
// on two cores.
local dir = std.extVar('fixtures') + '/abstracts/';
// With so few documents, probabilities stay low. Therefore gains are added instead of averaged, and the
// thresholds are low. The loss of the mentions has a high weight, because only about five of the
// hundreds of spans in a document are mentions.
local flow = { type: 'memory_flow', memories: ['entity', 'relation'], fusion: 'residual' };

(import 'lib/memory.libsonnet') + (import 'lib/minilm.libsonnet') + (import 'lib/best_document.libsonnet') + {
  data: {
    name: 'jointre abstracts, invented documents',
    license: 'Apache-2.0',
    reader: { type: 'jsonl', types: dir + 'types.json' },
    train: dir + 'train.jsonl',
    dev: dir + 'dev.jsonl',
    test: dir + 'test.jsonl',
  },
  model+: {
    span_enumerator+: { max_width: 5 },
    token_refiners: [flow],
    span_refiners: [flow],
    loss_weights+: { mention: 10.0 },
    decoder+: {
      mention_threshold: 0.5,
      coreference_threshold: 0.5,
      relation_threshold: 0.5,
      overlap: 'learned',
    },
  },
  training+: {
    epochs: 24,
    batch_size: 1,
    optimizer+: { lr: 1e-4 },
    callbacks: [{ type: 'memory_warmup', proportion: 0.2 }],
  },
}
