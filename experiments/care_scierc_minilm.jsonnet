// jointre train experiments/care_scierc_minilm.jsonnet --ext-var data=DIR
// SciERC on a machine without a model hub or a GPU: 10 epochs with MiniLM.
(import 'lib/care.libsonnet') + (import 'lib/scierc.libsonnet') + (import 'lib/minilm.libsonnet') + {
  training+: { epochs: 10 },
}
