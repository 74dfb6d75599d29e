// For corpora of a few dozen to a few hundred units (sentences, or documents for a document model):
// few examples need many updates, small batches, and a higher learning rate for layers that are not pretrained.
//   (import 'experiments/lib/sinet_minilm.libsonnet') + (import 'experiments/lib/small.libsonnet')(units=96)
function(units, updates=800, batch_size=2) {
  model+: { decoder+: { overlap: 'learned' } },  // mentions overlap as in the training data
  training+: {
    batch_size: batch_size,
    drop_last: false,
    // Training makes about `updates` updates, in 5 to 60 passes over the units.
    epochs: std.max(5, std.min(60, std.ceil(updates * batch_size / units))),
    optimizer+: { lr: 5e-4, encoder_lr: 1e-4 },
    checkpoint: 'best',
  },
}
