// NYT and WebNLG: sentences with lists of triples; the files for train and dev are in one folder.
function(folder) {
  local dir = std.extVar('data') + '/' + folder + '/',
  data: {
    reader: { type: 'triples', entity_label: 'Entity', unaligned: 'count' },
    train: dir + 'train_triples.json',
    dev: dir + 'dev_triples.json',
    test: null,
    hint: |||
      %s is not shipped. The triple lists of its home have train, dev and test files:
        1. get them (docs/guides/data.md says where and what is in them);
        2. put train_triples.json and dev_triples.json into this folder, or say where the
           folder's parent is with --ext-var data=DIR;
        3. compare `jointre data check FILE --format triples` with docs/guides/data.md.
    ||| % folder,
  },
}
