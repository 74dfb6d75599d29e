// jointre study run experiments/studies/care.jsonnet --ext-var data=DIR -s studies/care
// CARE's ablations on SciERC dev: depth, convolution, distances, and separate or shared perceptrons. With the small
// encoder and the settings that suit few epochs; for the published ones, import '../care_scierc.jsonnet'.
local change = import '../ablations/care.libsonnet';
local variants(group, names) = [
  { name: name, title: names[name], group: group, change: change[name] }
  for name in std.objectFields(names)
];
{
  title: "CARE's ablations",
  experiment: import '../care_scierc_minilm_tuned.jsonnet',
  variants: [{ name: 'care', title: 'CARE: 3 layers, 3×3 convolution' }]
            + variants('Layers', { layers_0: '0', layers_1: '1', layers_2: '2', layers_4: '4' })
            + variants('Convolution', { kernel_1: '1×1' })
            + variants('Pair map', { no_distance: 'without distances', no_pair_map: 'not read by the classifiers' })
            + variants('Encoding', { shared_mlp: 'one perceptron for both tasks', no_mlp: 'no perceptron' }),
  seeds: [1, 2],
  split: 'dev',
  show: ['entity_f1', 'relation_cell_f1'],
}
