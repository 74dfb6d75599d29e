// CARE's ablations, one mix-in each:
//   jointre train experiments/care_scierc.jsonnet -s runs/one \
//     -o "(import 'experiments/ablations/care.libsonnet').kernel_1"
local interaction(options) = { model+: { interaction+: options } };
local encoder(name) = { model+: { encoder+: { model_name: name } } };
{
  // The convolution, the depth and the co-attention itself
  kernel_3: interaction({ kernel_size: 3 }),
  kernel_1: interaction({ kernel_size: 1 }),
  layers_0: interaction({ layers: 0 }),
  layers_1: interaction({ layers: 1 }),
  layers_2: interaction({ layers: 2 }),
  layers_3: interaction({ layers: 3 }),
  layers_4: interaction({ layers: 4 }),
  no_co_attention: { model+: { interaction: { type: 'none' } } },
  no_residual: interaction({ residual: false }),
  no_self_loop: interaction({ self_loop: false }),
  heads_4: interaction({ heads: 4 }),

  // The content of the pair map, and which components read it
  no_distance: interaction({ pair_features: null }),
  no_pair_map: { model+: { cell_features+: { pair_map: false } } },

  // Attention in one direction: the name says which stream reads the other
  entity_reads: interaction({ directions: ['entity'] }),
  relation_reads: interaction({ directions: ['relation'] }),

  // Parallel encoding
  shared_mlp: { model+: { projection+: { shared: true } } },
  no_mlp: { model+: { projection: { type: 'identity' } } },

  // Tables over words
  words_first: { model+: { word_pooler: { type: 'first' } } },
  words_max: { model+: { word_pooler: { type: 'max' } } },

  // Context beyond the sentence; needs documents, as in lib/scierc_documents.libsonnet
  document: { model+: { context: 'document' } },
  window_300: { model+: { context: 300 } },

  // Where the paper and the released code differ
  padded_length: { model+: { normalise_by: 'padded_length' } },
  cosine: { training+: { schedule: { type: 'cosine' } } },

  // Encoders
  bert: encoder('bert-base-cased'),
  scibert: encoder('allenai/scibert_scivocab_cased'),
  roberta: encoder('roberta-base'),
  t5: encoder('t5-base'),
}
