// jointre train experiments/quickstart.jsonnet -s runs/quickstart
// SINET on the project's own corpus with MiniLM: a few minutes on two processor cores.
local dir = 'fixtures/newswire/';

(import 'lib/sinet_minilm.libsonnet') + {
  data: {
    reader: { type: 'jsonl', types: dir + 'types.json' },
    train: dir + 'train.jsonl',
    dev: dir + 'dev.jsonl',
    test: dir + 'test.jsonl',
  },
  training+: { epochs: 12, checkpoint: 'best' },
}
