// jointre train experiments/best_conll04_minilm.jsonnet --ext-var data=DIR
// CoNLL04 with our recipe for sentences on a machine without a model hub or a GPU.
(import 'lib/sinet_minilm.libsonnet') + (import 'lib/conll04.libsonnet') + (import 'lib/best_sentence.libsonnet')
