// jointre study run experiments/studies/quick.jsonnet -s studies/quick
// A first try of studies: two variants of the quickstart, one epoch each.
{
  title: 'The span pooler on invented news, after one epoch',
  experiment: (import '../quickstart.jsonnet') + { training+: { epochs: 1 } },
  variants: [
    { name: 'endpoints' },
    { name: 'max', change: { model+: { span_pooler: { type: 'max' }, relation_span_pooler: { type: 'max' } } } },
  ],
  seeds: [1],
}
