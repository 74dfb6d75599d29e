// jointre train experiments/care_webnlg_minilm_tuned.jsonnet --ext-var data=DIR
// WebNLG with CARE in five epochs with MiniLM: not the published setting, but one for few epochs.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + (import 'lib/minilm.libsonnet') + (import 'lib/care_tuned.libsonnet') + {
  training+: { epochs: 5 },
}
