// jointre train experiments/jerex_docred.jsonnet --ext-var data=DIR
// DocRED in JEREX's split, with JEREX and BERT.
local files = { train: 'docred_joint/train_joint.json', dev: 'docred_joint/dev_joint.json' };

(import 'lib/jerex.libsonnet') + (import 'lib/docred.libsonnet')(files) + {
  model+: { encoder+: { long_inputs: 'extend', max_length: 700 } },
  training+: { monitor: 'relation_strict_f1' },  // as published
}
