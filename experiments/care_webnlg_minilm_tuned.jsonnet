// jointre train experiments/care_webnlg_minilm_tuned.jsonnet --ext-var data=DIR
// WebNLG with CARE and MiniLM, tuned for five epochs; this is not the published setting.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + (import 'lib/minilm.libsonnet') + (import 'lib/care_tuned.libsonnet') + {
  training+: { epochs: 5 },
}
