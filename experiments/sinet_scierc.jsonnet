// jointre train experiments/sinet_scierc.jsonnet --ext-var data=DIR
// SciERC in SpERT's format, SciBERT: the published setting.
local dir = std.extVar('data') + '/scierc/spert/';

(import 'lib/sinet.libsonnet') + {
  data: {
    reader: { type: 'spert', types: dir + 'scierc_types.json' },
    train: dir + 'scierc_train.json',
    dev: dir + 'scierc_dev.json',
    test: null,
  },
  model+: { encoder+: { model_name: 'allenai/scibert_scivocab_cased' } },
}
