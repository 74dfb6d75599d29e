// jointre train experiments/jerex_cdr_minilm.jsonnet --ext-var data=DIR
// CDR abstracts with JEREX on a machine without a model hub or a GPU.
(import 'lib/jerex.libsonnet') + (import 'lib/cdr_minilm.libsonnet')
