"""Classifiers: feature blocks → logits."""

from jointre.nn.classifiers.classifier import Classifier
from jointre.nn.classifiers.feedforward import FeedforwardClassifier
from jointre.nn.classifiers.linear import LinearClassifier

__all__ = ["Classifier", "FeedforwardClassifier", "LinearClassifier"]
