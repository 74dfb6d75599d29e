// SciERC in DyGIE's format: the sentences of scierc.libsonnet in their abstracts, so that a model
// can read beyond the sentence (model.context). Brackets and label names are those of SpERT's
// files, except in the one training sentence in which these keep -LCB- and -RCB-.
local dir = std.extVar('data') + '/scierc/dygie/';
{
  data: {
    reader: { type: 'dygie', unescape_brackets: true, label_case: 'capitalize' },
    train: dir + 'train.json',
    dev: dir + 'dev.json',
    test: null,
    symmetric: ['Compare', 'Conjunction'],  // as SpERT's types file says
  },
}
