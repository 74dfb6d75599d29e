// DocRED-like JSON: `files` names the train and dev files in the folder of --ext-var data=DIR.
function(files) {
  data: {
    reader: { type: 'docred' },
    train: std.extVar('data') + '/' + files.train,
    dev: std.extVar('data') + '/' + files.dev,
    test: null,
    hint: |||
      the training documents are not shipped. Get them from their home (docs/guides/data.md says
      where), put them where this config looks, or say where with --ext-var data=DIR, and compare
      `jointre data check FILE --format docred` with docs/guides/data.md.
    |||,
  },
  model+: { encoder+: { model_name: 'bert-base-cased' } },
}
