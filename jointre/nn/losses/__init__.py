"""Losses: logits and targets → a scalar; logits → probabilities."""

from jointre.nn.losses.adaptive import AdaptiveLoss
from jointre.nn.losses.arcface import ArcFaceLoss
from jointre.nn.losses.binary import BinaryLoss
from jointre.nn.losses.label_scores import LabelScores
from jointre.nn.losses.loss import Loss
from jointre.nn.losses.single_label import SingleLabelLoss
from jointre.nn.losses.softmax import SoftmaxLoss

__all__ = [
    "AdaptiveLoss",
    "ArcFaceLoss",
    "BinaryLoss",
    "LabelScores",
    "Loss",
    "SingleLabelLoss",
    "SoftmaxLoss",
]
