// jointre train experiments/memory_redocred.jsonnet --ext-var data=DIR
// Re-DocRED with the similarity memory, BERT: the published setting.
local files = { train: 'redocred/train_revised.json', dev: 'redocred/dev_revised.json.gz' };

(import 'lib/memory.libsonnet') + (import 'lib/docred.libsonnet')(files) + {
  model+: { encoder+: { long_inputs: 'extend', max_length: 700 } },
  training+: { monitor: 'relation_strict_f1' },  // as published
}
