// jointre train experiments/sinet_scierc.jsonnet --ext-var data=DIR
// SciERC in SpERT's format, SciBERT: the published setting.
(import 'lib/sinet.libsonnet') + (import 'lib/scierc.libsonnet') + {
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased' } },
}
