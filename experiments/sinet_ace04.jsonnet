// jointre train experiments/sinet_ace04.jsonnet --ext-var data=DIR --ext-var fold=0
// ACE 2004 in DyGIE's format (DIR/ace04/{train,test}/{0..4}.json), one of five folds;
// 15 % of the training documents are used as dev.
local dir = std.extVar('data') + '/ace04/';
local fold = std.extVar('fold');

(import 'lib/ace.libsonnet')('ACE 2004', 'LDC2005T09') + {
  data+: {
    train: dir + 'train/' + fold + '.json',
    test: dir + 'test/' + fold + '.json',
    dev_fraction: 0.15,
    dev_seed: 0,
  },
}
