// jointre train experiments/care_scierc_minilm_tuned.jsonnet --ext-var data=DIR
// SciERC with CARE and MiniLM, tuned for ten epochs; the scores are higher than with the published setting.
(import 'lib/care.libsonnet') + (import 'lib/scierc.libsonnet') + (import 'lib/minilm.libsonnet') + (import 'lib/care_tuned.libsonnet')
