// jointre train experiments/best_webnlg_minilm.jsonnet --ext-var data=DIR
// WebNLG with our recipe for sentences on a machine without a model hub or a GPU.
(import 'lib/sinet_minilm.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + (import 'lib/best_sentence.libsonnet')
