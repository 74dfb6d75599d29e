// SINET with the small encoder, as in all measurements of docs/benchmarks.md.
(import 'sinet.libsonnet') + (import 'minilm.libsonnet') + {
  model+: { width_dim: 25 },
  training+: {
    epochs: 10,
    gradient_clip: 1.0,
    optimizer+: { lr: 1e-4 },
    schedule+: { warmup: 0.1 },
  },
}
