"""Suites that every implementation of an interface must pass, built-in or from a plug-in."""

from jointre.testing.contracts.callback import CallbackContract
from jointre.testing.contracts.candidates import (
    ClassifierContract,
    PairEncoderContract,
    SpanPoolerContract,
)
from jointre.testing.contracts.contract import Contract, ModuleContract
from jointre.testing.contracts.coreference import CoreferenceContract
from jointre.testing.contracts.document_sampler import DocumentSamplerContract
from jointre.testing.contracts.encoder import EncoderContract
from jointre.testing.contracts.groups import EntityPoolerContract
from jointre.testing.contracts.loss import LossContract
from jointre.testing.contracts.model import ModelContract
from jointre.testing.contracts.pair_features import PairFeaturesContract
from jointre.testing.contracts.reader import ReaderContract
from jointre.testing.contracts.refiner import RefinerContract
from jointre.testing.contracts.sampler import SamplerContract
from jointre.testing.contracts.span_enumerator import SpanEnumeratorContract
from jointre.testing.contracts.streams import (
    InteractionContract,
    ProjectionContract,
    WordPoolerContract,
)
from jointre.testing.contracts.type_embedding import TypeEmbeddingContract
from jointre.testing.contracts.writer import WriterContract

__all__ = [
    "CallbackContract",
    "ClassifierContract",
    "Contract",
    "CoreferenceContract",
    "DocumentSamplerContract",
    "EncoderContract",
    "EntityPoolerContract",
    "InteractionContract",
    "LossContract",
    "ModelContract",
    "ModuleContract",
    "PairEncoderContract",
    "PairFeaturesContract",
    "ProjectionContract",
    "ReaderContract",
    "RefinerContract",
    "SamplerContract",
    "SpanEnumeratorContract",
    "SpanPoolerContract",
    "TypeEmbeddingContract",
    "WordPoolerContract",
    "WriterContract",
]
