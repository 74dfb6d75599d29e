// jointre study run experiments/studies/memory.jsonnet --ext-var data=DIR -s studies/memory
// The similarity memory on CDR dev: how it changes a row, how long its warm-up is, and JEREX without it.
local change = import '../ablations/memory.libsonnet';
local variants(group, names) = [
  { name: name, title: names[name], group: group, change: change[name] }
  for name in std.objectFields(names)
];
{
  title: 'The similarity memory on CDR',
  experiment: import '../memory_cdr_minilm.jsonnet',
  variants: [{ name: 'memory', title: 'memory: mean, warm-up of 50 %' }, { name: 'jerex', title: 'JEREX', change: change.jerex }]
            + variants('How it changes a row', { residual: 'residual', mean_unit: 'mean of unit vectors' })
            + variants('Warm-up', { warmup_0: 'none', warmup_20: '20 %', warmup_80: '80 %', warmup_100: 'memory never read' })
            + variants('Similarity', { read_by_dot: 'dot product', read_by_cosine: 'cosine' }),
  seeds: [1, 2],
  split: 'dev',
  show: ['mention_f1', 'entity_f1', 'relation_strict_f1'],
}
