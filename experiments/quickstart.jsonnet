// jointre train experiments/quickstart.jsonnet -s runs/quickstart
// Our recipe for sentences on the project's own corpus with MiniLM: a few minutes on two processor cores.
local dir = std.extVar('fixtures') + '/newswire/';

(import 'lib/sinet_minilm.libsonnet') + (import 'lib/best_sentence.libsonnet') + {
  // Predicted mentions overlap only as in the training data: a place inside an organization, but never a
  // person inside a person.
  model+: { decoder+: { overlap: 'learned' } },
  data: {
    name: 'jointre newswire, invented sentences',
    license: 'Apache-2.0',
    reader: { type: 'jsonl', types: dir + 'types.json' },
    train: dir + 'train.jsonl',
    dev: dir + 'dev.jsonl',
    test: dir + 'test.jsonl',
  },
  training+: { epochs: 12, checkpoint: 'best' },
}
