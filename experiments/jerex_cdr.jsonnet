// jointre train experiments/jerex_cdr.jsonnet --ext-var data=DIR
// CDR abstracts with JEREX and SciBERT: the baseline of the similarity memory.
(import 'lib/jerex.libsonnet') + (import 'lib/cdr.libsonnet') + {
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased', long_inputs: 'extend', max_length: 1000 } },
  training+: { monitor: 'relation_strict_f1' },  // as published
}
