// The rows of SINET's Tables 3 and 4 and the axes of its Figure 3, one mix-in each:
//   jointre train experiments/sinet_scierc.jsonnet -s runs/sum \
//     -o "(import 'experiments/ablations/sinet.libsonnet').span_sum"
local interaction(options) = { model+: { interaction+: options } };
{
  // Table 4: the model without some of its components
  base: { model+: { projection: { type: 'identity' }, interaction: { type: 'none' } } },
  base_tap: { model+: { interaction: { type: 'none' } } },
  base_tap_ctam_ner: interaction({ directions: ['entity'] }),
  base_tap_ctam_re: interaction({ directions: ['relation'] }),
  base_tap_ctam: {},

  // Table 3: entity span, local context, interactive agent, layer normalisation
  span_max: { model+: { span_pooler: { type: 'max' } } },
  span_sum: { model+: { span_pooler: { type: 'sum' } } },
  span_mean: { model+: { span_pooler: { type: 'mean' } } },
  context_max: { model+: { pair_encoder+: { context_pooler: { type: 'max' } } } },
  context_sum: { model+: { pair_encoder+: { context_pooler: { type: 'sum' } } } },
  context_mean: { model+: { pair_encoder+: { context_pooler: { type: 'mean' } } } },
  agent_cls: interaction({ agent: 'cls' }),
  agent_max: interaction({ agent: 'max' }),
  agent_mean: interaction({ agent: 'mean' }),
  layer_norm: interaction({ layer_norm: true }),
  no_layer_norm: interaction({ layer_norm: false }),

  // Figure 3: heads (divisors of the width) and depth
  heads_1: interaction({ heads: 1 }),
  heads_2: interaction({ heads: 2 }),
  heads_4: interaction({ heads: 4 }),
  heads_6: interaction({ heads: 6 }),
  heads_8: interaction({ heads: 8 }),
  heads_12: interaction({ heads: 12 }),
  layers_1: interaction({ layers: 1 }),
  layers_2: interaction({ layers: 2 }),
  layers_3: interaction({ layers: 3 }),
  layers_4: interaction({ layers: 4 }),
  layers_5: interaction({ layers: 5 }),

  // What a span and a pair know, beyond the paper
  span_endpoints: { model+: { span_pooler: { type: 'endpoints' } } },
  endpoints: { model+: { span_pooler: { type: 'endpoints' }, relation_span_pooler: { type: 'endpoints' } } },
  types: { model+: { type_embedding: { type: 'table', dim: 25 } } },
  distance: { model+: { pair_encoder+: { distance_dim: 25 } } },
  // Pairs that exchange messages through the spans they share
  hypergraph: {
    model+: {
      local base = super.pair_encoder,
      pair_encoder: { type: 'hypergraph', base: base },
    },
  },
  // Pairs of spans that are mentions by mistake, in training
  predicted_spans: { model+: { relation_spans: 'predicted' } },

  // Context beyond the sentence; needs documents, as in lib/scierc_documents.libsonnet
  document: { model+: { context: 'document' } },
  window_300: { model+: { context: 300 } },
  // Relations between mentions of different sentences; needs documents, too
  pairs_document: { model+: { pairs: 'document' } },
  pairs_next: { model+: { pairs: 1 } },

  // Which tasks and candidates count more in the losses
  entity_weight: { model+: { loss_weights: { entity: 3.0 } } },
  positive_weight: { model+: { relation_loss+: { positive_weight: 2.0 } } },
  none_weight: { model+: { entity_loss+: { none_weight: 0.5 } } },
  boundary_smoothing: { model+: { boundary_smoothing: 0.1 } },
  focal: { model+: { entity_loss+: { focal_gamma: 1.0 }, relation_loss+: { focal_gamma: 1.0 } } },

  // Two passes with different dropout that shall agree
  r_drop: { training+: { r_drop: 1.0 } },

  // Where the paper and the released code differ
  no_out_proj: interaction({ out_proj: false }),
  unmasked_padding: interaction({ mask_padding: false }),
}
