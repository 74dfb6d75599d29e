// SciERC in SpERT's format.
local dir = std.extVar('data') + '/scierc/spert/';
{
  data: {
    reader: { type: 'spert', types: dir + 'scierc_types.json' },
    train: dir + 'scierc_train.json',
    dev: dir + 'scierc_dev.json',
    test: null,
  },
}
