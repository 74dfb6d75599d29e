// jointre train experiments/sinet_conll04.jsonnet --ext-var data=DIR
// CoNLL04 in SpERT's format with the settings of SciERC; the paper has no results on CoNLL04.
(import 'lib/sinet.libsonnet') + (import 'lib/conll04.libsonnet') + {
  model+: { encoder+: { model_name: 'bert-base-cased' } },
}
