// jointre study run experiments/studies/sinet_figure3.jsonnet --ext-var data=DIR -s studies/sinet_figure3
// SINET's Figure 3 on SciERC dev, by the number of layers of the cross-task attention. For the other curve of the
// figure, name heads_1, heads_2 and so on instead of layers_1 and so on.
local change = import '../ablations/sinet.libsonnet';
{
  title: "SINET's Figure 3: layers of the cross-task attention",
  axis: 'layers',
  experiment: import '../sinet_scierc_minilm.jsonnet',
  variants: [
    { name: 'layers_%d' % layers, x: layers, change: change['layers_%d' % layers] }
    for layers in [1, 2, 3, 4, 5]
  ],
  seeds: [1, 2, 3],
  split: 'dev',
  show: ['entity_f1', 'relation_strict_f1'],
}
