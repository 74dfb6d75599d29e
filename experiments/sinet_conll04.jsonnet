// jointre train experiments/sinet_conll04.jsonnet --ext-var data=DIR
// CoNLL04 in SpERT's format with the settings of SciERC; the paper has no results on CoNLL04.
local dir = std.extVar('data') + '/conll04/spert/';

(import 'lib/sinet.libsonnet') + {
  data: {
    reader: { type: 'spert', types: dir + 'conll04_types.json' },
    train: dir + 'conll04_train.json',
    dev: dir + 'conll04_dev.json',
    test: null,
  },
  model+: { encoder+: { model_name: 'bert-base-cased' } },
}
