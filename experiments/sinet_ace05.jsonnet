// jointre train experiments/sinet_ace05.jsonnet --ext-var data=DIR
// ACE 2005 in DyGIE's format (DIR/ace05/{train,dev,test}.json), BERT-base: the published setting.
local dir = std.extVar('data') + '/ace05/';

(import 'lib/ace.libsonnet')('ACE 2005', 'LDC2006T06') + {
  data+: { train: dir + 'train.json', dev: dir + 'dev.json', test: dir + 'test.json' },
}
