// jointre train experiments/memory_docred.jsonnet --ext-var data=DIR
// DocRED in JEREX's split with the similarity memory, BERT: the published setting.
local files = { train: 'docred_joint/train_joint.json', dev: 'docred_joint/dev_joint.json' };

(import 'lib/memory.libsonnet') + (import 'lib/docred.libsonnet')(files) + {
  model+: { encoder+: { long_inputs: 'extend', max_length: 700 } },
  training+: { monitor: 'relation_strict_f1' },  // as published
}
