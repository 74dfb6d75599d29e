// jointre train experiments/care_webnlg_minilm.jsonnet --ext-var data=DIR
// WebNLG on a machine without a model hub or a GPU: 5 epochs with MiniLM, which have more updates than
// 10 epochs of SciERC.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + (import 'lib/minilm.libsonnet') + {
  training+: { epochs: 5 },
}
