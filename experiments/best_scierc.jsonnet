// jointre train experiments/best_scierc.jsonnet --ext-var data=DIR
// SciERC with our recipe for sentences and SciBERT, for a GPU; the encoder reads the whole abstract.
(import 'lib/sinet.libsonnet') + (import 'lib/scierc_documents.libsonnet') + (import 'lib/best_sentence.libsonnet') + {
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased' }, context: 'document' },
  training+: { epochs: 30, gradient_clip: 1.0, optimizer+: { lr: 1e-4, encoder_lr: 2e-5 }, schedule+: { warmup: 0.1 } },
}
