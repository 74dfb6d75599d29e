"""The suite of model families."""

import copy
import pickle
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import torch

from jointre.config import Factory, construct, resolve
from jointre.data.context import places_of
from jointre.data.limits import beyond
from jointre.data.mentions import in_reading_order
from jointre.data.schema import Document
from jointre.data.split import split
from jointre.data.symmetric import left_to_right
from jointre.models import archive
from jointre.models.model import Entities, Model, TrainingBatch
from jointre.models.predict import predict
from jointre.testing.contracts.contract import Contract
from jointre.testing.contracts.encoder import tiny_folder
from jointre.testing.tiny import tiny_documents, tiny_texts, tiny_vocabulary

TOLERANCE = 1e-4


class ModelContract(Contract):
    """The suite of :class:`~jointre.models.model.Model`.

    The component is the ``model`` section of a config; without an ``encoder`` it gets a tiny
    one. Dropout is switched off.

    Attributes:
        updates: Number of updates after which the model knows two units by heart.
        lr: Learning rate of these updates.
    """

    interface = Model
    owner: ClassVar[dict[str, Any]] = {"vocabulary": tiny_vocabulary()}
    updates: ClassVar[int] = 80
    lr: ClassVar[float] = 0.01

    def section(self) -> dict[str, Any]:
        """The ``model`` section, with an encoder."""
        assert isinstance(self.component, Mapping), "a model is given as its config section"
        encoder = {"type": "transformer", "model_name": str(tiny_folder("bert", 512))}
        return {"encoder": encoder, **self.component}

    def factory(self) -> Factory[Any]:
        """The model with its options."""
        factory: Factory[Any] = construct(Factory[Model], self.section(), "model")
        return factory

    def build(self) -> Model:
        """The model in evaluation mode, with weights of a fixed seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model: Model = self.factory()(**self.owner)
        return model.eval()

    def units(self) -> list[Document]:
        """Annotated units: sentences, or documents whose entities have several mentions."""
        model = self.build()
        documents = tiny_documents() if model.unit == "sentence" else tiny_texts()
        return [
            left_to_right(unit.document, model.vocabulary.symmetric)
            for unit in split(documents, model.unit)
            if unit.document.tokens
        ]

    def two(self) -> list[Document]:
        """The two units with the most relations among those that the model can predict."""
        model = self.build()
        possible = [
            unit
            for unit in self.units()
            if not beyond([unit], model.limits, model.vocabulary.symmetric).lines()
        ]
        return sorted(possible, key=lambda unit: -len(unit.relations))[:2]

    @cached_property
    def trained(self) -> Model:
        """The model after it has learnt two units by heart; every test gets a copy."""
        return copy.deepcopy(_trained(type(self)))

    def losses(self, model: Model, batch: TrainingBatch) -> dict[str, torch.Tensor]:
        """The losses of a batch."""
        return model.losses(model(batch.stages), batch.targets)

    def predicted(
        self, model: Model, units: Sequence[Document], entities: Entities = "predict"
    ) -> list[Document]:
        """The predictions of a model."""
        return predict(model, units, model.preparer(entities), entities=entities)

    def test_overfits_two_documents(self) -> None:
        """After some updates it finds exactly the entities and relations of two units."""
        units = self.two()
        assert units[0].relations, "no unit of the suite has relations that the model can predict"
        for predicted, gold in zip(self.predicted(self.trained, units), units, strict=True):
            at = f"document {gold.id!r}:"
            assert entities_of(predicted) == entities_of(gold), f"{at} the entities are not learnt"
            assert relations_of(predicted) == relations_of(gold), (
                f"{at} the relations are not learnt"
            )

    def test_documents_keep_their_words(self) -> None:
        """Predictions have the words, sentences and ids of the units, and probabilities."""
        units = self.two()
        for predicted, unit in zip(self.predicted(self.trained, units), units, strict=True):
            words = predicted.tokens, predicted.sentences, predicted.id
            assert words == (unit.tokens, unit.sentences, unit.id), "words, sentences or ids change"
            scores = [entity.score for entity in predicted.entities]
            scores += [relation.score for relation in predicted.relations]
            probabilities = all(score is not None and 0 <= score <= 1 for score in scores)
            assert probabilities, "entities and relations need a score from 0 to 1"
            assert predicted == in_reading_order(predicted), "entities are not in reading order"

    def test_archive_round_trip(self) -> None:
        """Saved and loaded, it predicts the same."""
        section = resolve(Factory[Model], self.section())
        with tempfile.TemporaryDirectory() as folder:
            archive.save(self.trained, section, Path(folder) / "archive")
            loaded = archive.load(Path(folder) / "archive").model
        units = self.units()
        before, after = self.predicted(self.trained, units), self.predicted(loaded, units)
        assert before == after, "the loaded model finds something else"
        assert numbers(before) == numbers(after), "the loaded model has other probabilities"

    def test_given_entities_stay(self) -> None:
        """With given entities, none is changed, added or removed."""
        units = [replace(unit, relations=()) for unit in self.two()]
        predictions = self.predicted(self.trained, units, "given")
        for predicted, unit in zip(predictions, units, strict=True):
            before = [(entity.label, set(entity.mentions)) for entity in unit.entities]
            after = [(entity.label, set(entity.mentions)) for entity in predicted.entities]
            assert after == before, f"document {unit.id!r}: given entities change"

    def test_unit_alone_equals_unit_in_a_batch(self) -> None:
        """A unit's predictions do not depend on the other units of its batch."""
        units = self.units()
        preparer = self.trained.preparer()
        together = predict(self.trained, units, preparer)
        alone = predict(self.trained, units, preparer, max_units=1)
        assert together == alone, "a unit's entities or relations depend on its batch"
        pairs = zip(numbers(together), numbers(alone), strict=True)
        assert all(abs(in_batch - by_itself) < TOLERANCE for in_batch, by_itself in pairs), (
            "a unit's probabilities depend on its batch"
        )

    def test_sentences_of_a_document_in_any_batch(self) -> None:
        """A document's units are predicted alike together, one by one, and without others."""
        documents = tiny_texts()
        units = split(documents, self.trained.unit)
        places = places_of(documents, units)
        parts, preparer = [unit.document for unit in units], self.trained.preparer()
        together = predict(self.trained, parts, preparer, places=places)
        single = predict(self.trained, parts, preparer, places=places, max_units=1)
        apart: list[Document] = []
        for number in range(len(documents)):
            rows = [i for i, unit in enumerate(units) if unit.source == number]
            document_units = [parts[i] for i in rows]
            document_places = [places[i] for i in rows]
            apart += predict(self.trained, document_units, preparer, places=document_places)
        for predicted in (single, apart):
            assert predicted == together, "what is found in a document depends on the batch"
            pairs = zip(numbers(predicted), numbers(together), strict=True)
            close = all(abs(value - expected) < TOLERANCE for value, expected in pairs)
            assert close, "the probabilities of a document's units depend on the batch"

    def test_every_parameter_learns(self) -> None:
        """Every trainable parameter gets a gradient."""
        model = self.build()
        losses = self.losses(model, training_batch(model, self.units()))
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        untrained = [
            name
            for name, parameter in model.named_parameters()
            if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
        ]
        assert not untrained, f"no gradient reaches {', '.join(untrained)}: remove it, or use it"

    def test_units_without_gold(self) -> None:
        """A batch without entities has finite losses, and none of them needs a relation."""
        model = self.build()
        bare = [replace(unit, entities=(), relations=()) for unit in self.units()]
        losses = self.losses(model, training_batch(model, bare))
        finite = all(bool(loss.isfinite()) for loss in losses.values())
        assert finite, "a batch without gold has a loss that is not finite"

    def test_preparers_travel_to_workers(self) -> None:
        """Pickled preparers make the same batches."""
        model, units = self.trained, self.two()
        for preparer in (model.preparer(), model.preparer("given")):
            copied = pickle.loads(pickle.dumps(preparer))
            items = [copied.item(number, unit) for number, unit in enumerate(units)]
            with torch.no_grad():
                before, after = (
                    model.documents(model(stages), stages, units)
                    for stages in (preparer(items), copied(items))
                )
            assert before == after, "a pickled preparer makes other stages"
        training = model.training_preparer(3)
        copied = pickle.loads(pickle.dumps(training))
        items = [copied.item(number, unit) for number, unit in enumerate(units)]
        first, second = (self.losses(model, prepare(items, 1)) for prepare in (training, copied))
        same = all(torch.equal(first[name], second[name]) for name in first)
        assert same, "a pickled training preparer makes other batches"

    def test_candidates_and_their_scores(self) -> None:
        """A batch has the same candidates in both passes, one row of probabilities for each."""
        if type(self.trained).candidate_scores is Model.candidate_scores:
            return  # a family without R-Drop and teachers
        model, units = self.trained, self.units()
        batch = training_batch(model, units)
        with torch.no_grad():
            one, two = (model.candidate_scores(model(batch.stages), batch.stages) for _ in range(2))
        assert one, "candidate_scores names no task"
        for task, scored in one.items():
            same = torch.equal(scored.candidates, two[task].candidates)
            assert same, f"{task}: the same stages have other candidates"
            rows = len(scored.candidates)
            assert rows == len(scored.scores), f"{task}: not one row of scores per candidate"
            inside = bool(
                ((scored.candidates[:, 0] >= 0) & (scored.candidates[:, 0] < len(units))).all()
            )
            assert inside, f"{task}: the first number of a candidate is not its unit in the batch"

    def test_candidates_and_their_annotation(self) -> None:
        """Each candidate has probabilities and as many annotated labels as the model has labels."""
        if type(self.trained).judged_candidates is Model.judged_candidates:
            return  # a family that cannot be calibrated
        model, units = self.trained, self.units()
        preparer = model.preparer()
        items = [preparer.item(number, unit) for number, unit in enumerate(units)]
        stages = preparer(items)
        with torch.no_grad():
            judged = model.judged_candidates(model(stages), stages, units)
        labels = {
            "entity": model.vocabulary.entity_labels,
            "relation": model.vocabulary.relation_labels,
        }
        assert judged.keys() == labels.keys(), "the tasks must be 'entity' and 'relation'"
        for task, candidates in judged.items():
            shape = candidates.labels.shape
            assert shape == candidates.gold.shape, f"{task}: not an annotation per probability"
            assert shape[1] == len(labels[task]), f"{task}: not one probability per label"
            inside = bool(((candidates.labels >= 0) & (candidates.labels <= 1)).all())
            assert inside, f"{task}: a probability is not from 0 to 1"

    def test_prediction_changes_nothing(self) -> None:
        """Prediction does not change the weights."""
        before = copy.deepcopy(self.trained.state_dict())
        self.predicted(self.trained, self.units())
        after = self.trained.state_dict()
        changed = [name for name, value in before.items() if not torch.equal(value, after[name])]
        assert not changed, f"prediction changes {', '.join(changed)}"


def training_batch(model: Model, units: Sequence[Document], epoch: int = 0) -> TrainingBatch:
    """A batch of the units to train on.

    Args:
        model: The model.
        units: Annotated units.
        epoch: Number of the epoch, which decides what is sampled.
    """
    prepare = model.training_preparer()
    items = [prepare.item(number, unit) for number, unit in enumerate(units)]
    return prepare(items, epoch)


def entities_of(document: Document) -> set[tuple[str | None, tuple[Any, ...]]]:
    """Labels and mentions of the entities, whatever their order."""
    return {(entity.label, tuple(sorted(set(entity.mentions)))) for entity in document.entities}


def relations_of(document: Document) -> set[tuple[str, Any, Any]]:
    """Labels and the first mentions of the arguments, whatever their order."""
    firsts = [min(entity.mentions) for entity in document.entities]
    return {
        (relation.label, firsts[relation.head], firsts[relation.tail])
        for relation in document.relations
    }


def numbers(documents: Sequence[Document]) -> list[float]:
    """The probabilities of all predicted entities and relations."""
    scores = [entity.score for document in documents for entity in document.entities]
    scores += [relation.score for document in documents for relation in document.relations]
    return [score for score in scores if score is not None]


@lru_cache(maxsize=4)
def _trained(contract: type[ModelContract]) -> Model:
    """The model of a suite after it has learnt two units by heart."""
    suite = contract()
    model, units = suite.build(), suite.two()
    optimizer = torch.optim.Adam(model.parameters(), lr=suite.lr)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for epoch in range(suite.updates):
            optimizer.zero_grad()
            loss = suite.losses(model, training_batch(model, units, epoch))
            torch.stack(list(loss.values())).sum().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return model
