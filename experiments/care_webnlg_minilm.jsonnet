// jointre train experiments/care_webnlg_minilm.jsonnet --ext-var data=DIR
// WebNLG on a machine without a model hub or a GPU: 5 epochs with MiniLM, which are more steps than
// SciERC's 10.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + (import 'lib/minilm.libsonnet') + {
  training+: { epochs: 5 },
}
