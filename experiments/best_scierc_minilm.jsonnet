// jointre train experiments/best_scierc_minilm.jsonnet --ext-var data=DIR
// SciERC with our recipe for sentences; the encoder reads the whole abstract.
(import 'lib/sinet_minilm.libsonnet') + (import 'lib/scierc_documents.libsonnet') + (import 'lib/best_sentence.libsonnet') + {
  model+: { context: 'document' },
  training+: { epochs: 20 },
}
