from typing import Any

import pytest

from jointre.data.skipped import SkippedData
from jointre.errors import DataError
from jointre.formats.label_studio.task import annotations_to_read, check_task, text_key


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (
            {"text": "a", "label": [], "annotation_id": 3},
            "this is JSON-MIN, which has no relations",
        ),
        ({"completions": [], "data": {}}, "this is the form of versions before 1.0; import it in"),
        ({"result": [], "task": {}}, "this is one annotation of a storage; export the project"),
        ({"data": {}}, r"needs 'annotations' and 'data'; found \['data'\]; export as JSON"),
        (3, r"e\.json: task 2: a task must be an object, not 3"),
    ],
)
def test_other_exports_are_named(task: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_task(task, "e.json: task 2")


def test_the_text_of_a_task() -> None:
    assert text_key({"body": "a", "n": 3}, None, "") == "body"
    assert text_key({"source": "a", "text": "b"}, None, "") == "text"
    assert text_key({"source": "a", "text": "b"}, "source", "") == "source"
    assert text_key({"body": "a", "jointre_id": "d"}, None, "") == "body"
    with pytest.raises(DataError, match=r"t: the data has several strings \(a, b\); name the text"):
        text_key({"a": "x", "b": "y"}, None, "t")
    with pytest.raises(DataError, match=r"no string; name the text's key with text_key, one of au"):
        text_key({"audio": 3}, None, "t")
    with pytest.raises(DataError, match=r"data\.text must be a string, not None"):
        text_key({"body": "a"}, "text", "t")


def annotation(id: int, cancelled: bool = False, truth: bool = False) -> dict[str, Any]:
    return {"id": id, "was_cancelled": cancelled, "ground_truth": truth}


def test_one_annotation_of_several() -> None:
    task = {
        "annotations": [annotation(1, cancelled=True), annotation(2), annotation(3)],
        "predictions": [{"result": []}, 17],
        "drafts": [{}],
    }
    skipped = SkippedData()
    assert [item["id"] for item in annotations_to_read(task, "first", "t", skipped)] == [2]
    assert {kind: count for kind, (count, _) in skipped} == {
        "predictions skipped": 2,
        "drafts skipped": 1,
        "cancelled annotations skipped": 1,
        "further annotations of tasks skipped": 1,
    }
    assert [item["id"] for item in annotations_to_read(task, "last", "t", SkippedData())] == [3]
    assert [item["id"] for item in annotations_to_read(task, "each", "t", SkippedData())] == [2, 3]


def test_ground_truth_goes_first() -> None:
    task = {"annotations": [annotation(1), annotation(2, truth=True), annotation(3, truth=True)]}
    assert [item["id"] for item in annotations_to_read(task, "first", "t", SkippedData())] == [2]
    assert [item["id"] for item in annotations_to_read(task, "last", "t", SkippedData())] == [3]


@pytest.mark.parametrize("annotations", [[], [annotation(1, cancelled=True)]])
def test_a_task_that_nobody_annotated_is_counted(annotations: list[Any]) -> None:
    skipped = SkippedData()
    assert annotations_to_read({"annotations": annotations}, "each", "t", skipped) == []
    assert skipped["tasks without an annotation skipped"] == 1
