// jointre study run experiments/studies/learning_curve.jsonnet -s studies/learning_curve
// How much more training data would help: parts of the invented news, with as many updates each.
local parts = [10, 25, 50, 100];
local recipes = {
  SINET: {},
  'our recipe': (import '../lib/best_sentence.libsonnet'),
};
{
  title: 'Learning curves on invented news',
  axis: 'percent of the training data',
  experiment: (import '../quickstart.jsonnet') + (import '../lib/sinet_minilm.libsonnet') + { training+: { checkpoint: 'best' } },
  variants: [
    {
      name: '%s_%d' % [if recipe == 'SINET' then 'sinet' else 'best', part],
      title: '%s, %d %%' % [recipe, part],
      group: recipe,
      x: part,
      change: recipes[recipe] { data+: { fraction: part / 100 }, training+: { epochs: 1200 / part } },
    }
    for recipe in std.objectFields(recipes)
    for part in parts
  ],
  seeds: [1, 2],
  show: ['entity_f1', 'relation_strict_f1'],
}
