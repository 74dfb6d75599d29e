"""Inference: trained models that read text."""

from jointre.inference.predictor import Predictor

__all__ = ["Predictor"]
