// jointre train experiments/care_scierc.jsonnet --ext-var data=DIR
// SciERC in SpERT's format, SciBERT: the published setting.
(import 'lib/care.libsonnet') + (import 'lib/scierc.libsonnet') + {
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased' } },
}
