// jointre train experiments/memory_cdr.jsonnet --ext-var data=DIR
// CDR abstracts with the similarity memory, SciBERT: the published setting.
(import 'lib/memory.libsonnet') + (import 'lib/cdr.libsonnet') + {
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased', long_inputs: 'extend', max_length: 1000 } },
  training+: {
    callbacks: [{ type: 'memory_warmup', proportion: 0.5 }],
    monitor: 'relation_strict_f1',  // as published
  },
}
