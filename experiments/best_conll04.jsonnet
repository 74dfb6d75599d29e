// jointre train experiments/best_conll04.jsonnet --ext-var data=DIR
// CoNLL04 with our recipe for sentences and BERT-base, for a GPU.
(import 'lib/sinet.libsonnet') + (import 'lib/conll04.libsonnet') + (import 'lib/best_sentence.libsonnet') + {
  model+: { encoder+: { model_name: 'bert-base-cased' } },
  training+: { epochs: 20, gradient_clip: 1.0, optimizer+: { lr: 2.5e-4, encoder_lr: 5e-5 }, schedule+: { warmup: 0.1 } },
}
