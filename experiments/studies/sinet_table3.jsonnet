// jointre study run experiments/studies/sinet_table3.jsonnet --ext-var data=DIR -s studies/sinet_table3
// SINET's Table 3 on SciERC dev: how spans, contexts and agents are pooled, and layer normalisation. With the small
// encoder; for the published one, import '../sinet_scierc.jsonnet'. Published figures are those with SciBERT.
local change = import '../ablations/sinet.libsonnet';
local published = (import 'published.json').sinet.table3_scierc;
local variants(group, names) = [
  { name: name, title: names[name], group: group, change: change[name], published: published[name] }
  for name in std.objectFields(names)
];
{
  title: "SINET's Table 3",
  experiment: import '../sinet_scierc_minilm.jsonnet',
  variants: [
    { name: 'sinet', title: 'SINET: maximum, [CLS], layer normalisation', published: published.span_max },
  ] + variants('Entity span', { span_sum: 'sum', span_mean: 'mean' })
    + variants('Local context', { context_sum: 'sum', context_mean: 'mean' })
    + variants('Interactive agent', { agent_max: 'maximum', agent_mean: 'mean' })
    + variants('Layer normalisation', { no_layer_norm: 'without' }),
  seeds: [1, 2, 3],
  split: 'dev',
  show: ['entity_f1', 'relation_boundary_f1', 'relation_strict_f1'],
}
