// jointre train experiments/best_cdr_minilm.jsonnet --ext-var data=DIR
// CDR abstracts with JEREX, decoded by our recipe for documents, on a machine without a model hub or a GPU.
(import 'lib/jerex.libsonnet') + (import 'lib/cdr_minilm.libsonnet') + (import 'lib/best_document.libsonnet')
