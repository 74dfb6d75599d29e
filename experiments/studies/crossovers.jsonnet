// jointre study run experiments/studies/crossovers.jsonnet --ext-var data=DIR -s studies/crossovers
// Parts of the three papers in each other's models, on SciERC dev: the attention of SINET, the co-attention of CARE and
// the similarity memory, in a model of spans and in one of word pairs.
local span = import '../sinet_scierc_minilm.jsonnet';
local table = import '../care_scierc_minilm_tuned.jsonnet';
local of_tables = { data: table.data, model: table.model, training: table.training { protocol: span.training.protocol } };
{
  title: 'Parts of the three papers in each other',
  experiment: span,
  variants: [
    { name: 'sinet', title: 'SINET', group: 'Spans' },
    { name: 'span_co_attention', title: "with CARE's co-attention", group: 'Spans', change: { model+: { interaction: { type: 'conv_co_attention' } } } },
    { name: 'span_memory', title: 'with the similarity memory', group: 'Spans', change: { model+: { token_refiners: [{ type: 'memory_flow', fusion: 'residual' }] } } },
    { name: 'care', title: 'CARE', group: 'Word pairs', change: of_tables },
    {
      name: 'table_ctam',
      title: "with SINET's attention",
      group: 'Word pairs',
      change: of_tables { model+: { interaction: { type: 'ctam' }, cell_features+: { summary: true } } },
    },
    { name: 'table_memory', title: 'with the similarity memory', group: 'Word pairs', change: of_tables { model+: { token_refiners: [{ type: 'memory_flow', fusion: 'residual' }] } } },
  ],
  seeds: [1, 2],
  split: 'dev',
  show: ['entity_f1', 'relation_strict_f1'],
}
