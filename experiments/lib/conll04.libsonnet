// CoNLL04 in SpERT's format.
local dir = std.extVar('data') + '/conll04/spert/';
{
  data: {
    reader: { type: 'spert', types: dir + 'conll04_types.json' },
    train: dir + 'conll04_train.json',
    dev: dir + 'conll04_dev.json',
    test: null,
  },
}
