// jointre train experiments/best_cdr.jsonnet --ext-var data=DIR
// CDR abstracts with JEREX and SciBERT, decoded by our recipe for documents, for a GPU.
(import 'jerex_cdr.jsonnet') + (import 'lib/best_document.libsonnet')
