// Our own recipe for documents, on top of lib/jerex.libsonnet: mentions with the same name belong together.
// docs/benchmarks_appendix.md has the gain of each part.
{
  model+: {
    decoder+: {
      // 'dictionary' also links names that mean the same entity in the training data, which the archive then contains.
      must_link: ['equal', 'abbreviation', 'dictionary'],
      consistency: 'string',
    },
  },
}
