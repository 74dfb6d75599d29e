// CDR on a machine without a model hub or a GPU: few epochs with the small encoder, and a suitable
// learning rate. The loss of the mentions has a higher weight than published, because about fifteen of
// two hundred spans are mentions; with the published weight, most mentions are missed for two epochs.
(import 'cdr.libsonnet') + (import 'minilm.libsonnet') + {
  model+: { loss_weights+: { mention: 5.0 } },
  training+: {
    epochs: 8,
    optimizer+: { lr: 1e-4 },
  },
}
