// jointre train experiments/care_nyt.jsonnet --ext-var data=DIR
// NYT with whole entities, BERT: the published setting.
(import 'lib/care.libsonnet') + (import 'lib/triples.libsonnet')('nyt') + {
  model+: { encoder+: { model_name: 'bert-base-cased' } },
}
