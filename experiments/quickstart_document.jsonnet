// jointre train experiments/quickstart_document.jsonnet -s runs/quickstart_document
// The similarity memory on the project's own abstracts with MiniLM: minutes on two cores.
local dir = 'fixtures/abstracts/';

(import 'lib/memory.libsonnet') + (import 'lib/minilm.libsonnet') + {
  data: {
    reader: { type: 'jsonl', types: dir + 'types.json' },
    train: dir + 'train.jsonl',
    dev: dir + 'dev.jsonl',
    test: dir + 'test.jsonl',
  },
  training+: {
    epochs: 30,
    optimizer+: { lr: 2e-4 },
    callbacks: [{ type: 'memory_warmup', proportion: 0.5 }],
  },
}
