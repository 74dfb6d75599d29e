// jointre train experiments/memory_cdr_minilm.jsonnet --ext-var data=DIR
// CDR abstracts with the similarity memory on a machine without a model hub or a GPU.
(import 'lib/memory.libsonnet') + (import 'lib/cdr_minilm.libsonnet') + {
  training+: { callbacks: [{ type: 'memory_warmup', proportion: 0.5 }] },
}
