// jointre train experiments/sinet_scierc_minilm.jsonnet --ext-var data=DIR
// SciERC on a machine without a model hub or a GPU: 10 epochs with MiniLM.
(import 'lib/sinet_minilm.libsonnet') + (import 'lib/scierc.libsonnet')
