// jointre train experiments/care_scierc_minilm_tuned.jsonnet --ext-var data=DIR
// SciERC with CARE in ten epochs with MiniLM: not the published setting, but a better one here.
(import 'lib/care.libsonnet') + (import 'lib/scierc.libsonnet') + (import 'lib/minilm.libsonnet') + (import 'lib/care_tuned.libsonnet')
