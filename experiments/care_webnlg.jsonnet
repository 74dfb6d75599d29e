// jointre train experiments/care_webnlg.jsonnet --ext-var data=DIR
// WebNLG with whole entities, BERT: the published setting.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('webnlg') + {
  model+: { encoder+: { model_name: 'bert-base-cased' } },
}
