// CDR on a machine without a model hub or a GPU: few epochs with the small encoder, at a rate
// that suits it. Fifteen mentions among two hundred spans get a say; as published, their loss is a
// mean over all of them, and most mentions are missed for two epochs.
(import 'cdr.libsonnet') + (import 'minilm.libsonnet') + {
  model+: { loss_weights+: { mention: 5.0 } },
  training+: {
    epochs: 8,
    optimizer+: { lr: 1e-4 },
  },
}
