"""Word poolers: states of pieces → states of words."""

from jointre.nn.word_poolers.first import FirstWordPooler
from jointre.nn.word_poolers.max import MaxWordPooler
from jointre.nn.word_poolers.word_pooler import WordPooler

__all__ = ["FirstWordPooler", "MaxWordPooler", "WordPooler"]
