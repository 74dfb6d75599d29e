"""Classifiers: feature blocks → logits."""

from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.classifiers.cosine import CosineClassifier
from jointre.nn.classifiers.feedforward import FeedforwardClassifier
from jointre.nn.classifiers.linear import LinearClassifier
from jointre.nn.classifiers.similarity import SimilarityClassifier

__all__ = [
    "Classifier",
    "CosineClassifier",
    "FeedforwardClassifier",
    "LinearClassifier",
    "SimilarityClassifier",
]
