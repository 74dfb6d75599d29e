"""The tasks of a Label Studio export: which text, and which of several annotations."""

from typing import Any, Literal

from jointre.data.fields import mapping, sequence, shown, string
from jointre.data.skipped import SkippedData
from jointre.errors import DataError

EXTRA = "label_studio"
"""Key of ``extra`` under which a document keeps its task."""

OWN_ID = "jointre_id"
"""Where a task's data has the document's id; the tool numbers tasks itself."""

Several = Literal["first", "last", "each"]

_ADVICE = {
    "completions": "this is the form of versions before 1.0; import it in a newer one and export "
    "it as JSON",
    "annotation_id": "this is JSON-MIN, which has no relations; export as JSON",
    "result": "this is one annotation of a storage; export the project as JSON",
}


def check_task(value: Any, place: str) -> dict[str, Any]:
    """A task as the JSON export has it.

    Raises:
        DataError: it is none; other exports of the tool are named.
    """
    task = mapping(value, place, "a task")
    if "annotations" in task and "data" in task:
        return task
    advice = next((text for key, text in _ADVICE.items() if key in task), "export as JSON")
    raise DataError(
        f"{place}: a task needs 'annotations' and 'data'; found {shown(sorted(task))}; {advice}"
    )


def text_key(data: dict[str, Any], wanted: str | None, place: str) -> str:
    """The key of the text in a task's data.

    Args:
        data: Data of the task.
        wanted: Key to use; None: ``text``, or else the only key of a string.
        place: Place in the file, for messages.

    Raises:
        DataError: there is no such string, or there are several.
    """
    found = [key for key, value in data.items() if isinstance(value, str) and key != OWN_ID]
    if wanted is not None:
        string(data.get(wanted), place, f"data.{wanted}")
        return wanted
    if "text" in found:
        return "text"
    if len(found) != 1:
        what = "no string" if not found else f"several strings ({', '.join(found):.60})"
        raise DataError(
            f"{place}: the data has {what}; name the text's key with text_key, one of "
            f"{', '.join(data) or 'none':.60}"
        )
    return found[0]


def chosen(
    task: dict[str, Any], several: Several, place: str, skipped: SkippedData
) -> list[dict[str, Any]]:
    """The annotations of a task that are read.

    Args:
        task: Task whose form has been checked.
        several: Whether to read the first, the last or each of the annotations that are not
            cancelled, or of those marked as ground truth if there are any.
        place: Place in the file, for messages.
        skipped: Counts annotations, predictions and drafts that are skipped.
    """
    for key in ("predictions", "drafts"):
        count = len(sequence(task.get(key) or [], place, key))
        if count:
            skipped.add(f"{key} skipped", place, count)
    items = sequence(task["annotations"], place, "annotations")
    listed = [mapping(item, place, f"annotations[{n}]") for n, item in enumerate(items)]
    kept = [item for item in listed if not item.get("was_cancelled")]
    if len(kept) < len(listed):
        skipped.add("cancelled annotations skipped", place, len(listed) - len(kept))
    if not kept:
        skipped.add("tasks without an annotation skipped", place)
    if several == "each" or len(kept) < 2:
        return kept
    skipped.add("further annotations of tasks skipped", place, len(kept) - 1)
    best = [item for item in kept if item.get("ground_truth")] or kept
    return [best[0 if several == "first" else -1]]
