// BioCreative V CDR in PubTator's format; dev is not used for training and selects the best epoch.
local dir = std.extVar('data') + '/cdr/pubtator/';
{
  data: {
    reader: { type: 'pubtator', multi_id: 'all', ungrounded: 'drop', hypernym_pairs: 'keep' },
    train: dir + 'CDR_TrainingSet.PubTator.txt.gz',
    dev: dir + 'CDR_DevelopmentSet.PubTator.txt.gz',
    test: null,
  },
  model+: {
    width_dim: 75,
    coreference+: { distance_dim: 75 },
    pair_encoder+: { distance_dim: 75 },
  },
}
