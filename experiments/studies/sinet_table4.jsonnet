// jointre study run experiments/studies/sinet_table4.jsonnet --ext-var data=DIR -s studies/sinet_table4
// SINET's Table 4 on SciERC dev: the model without some of its components. With the small encoder; for the published
// one, import '../sinet_scierc.jsonnet'. Published figures are those with SciBERT.
local change = import '../ablations/sinet.libsonnet';
local published = (import 'published.json').sinet.table4_scierc;
{
  title: "SINET's Table 4",
  experiment: import '../sinet_scierc_minilm.jsonnet',
  variants: [
    { name: name, title: titles[name], change: change[name], published: published[name] }
    for titles in [{
      base: 'Base',
      base_tap: 'Base + TAP',
      base_tap_ctam_ner: 'Base + TAP + CTAM, entities only',
      base_tap_ctam_re: 'Base + TAP + CTAM, relations only',
      base_tap_ctam: 'Base + TAP + CTAM (SINET)',
    }]
    for name in ['base', 'base_tap', 'base_tap_ctam_ner', 'base_tap_ctam_re', 'base_tap_ctam']
  ],
  seeds: [1, 2, 3],
  split: 'dev',
  show: ['entity_f1', 'relation_boundary_f1', 'relation_strict_f1'],
}
