"""The tasks of a Label Studio export: the key of the text, and the annotations to read."""

from typing import Any, Literal

from jointre.data.fields import mapping, sequence, shown, string
from jointre.data.skipped import SkippedData
from jointre.errors import DataError

EXTRA = "label_studio"
"""Key of ``extra`` under which a document keeps its task."""

OWN_ID = "jointre_id"
"""Key of the document's id in a task's data; the tool gives tasks numbers of its own."""

Several = Literal["first", "last", "each"]

_ADVICE = {
    "completions": "this is the form of versions before 1.0; import it in a newer one and export "
    "it as JSON",
    "annotation_id": "this is JSON-MIN, which has no relations; export as JSON",
    "result": "this is one annotation of a storage; export the project as JSON",
}


def check_task(value: Any, location: str) -> dict[str, Any]:
    """A task as the JSON export has it.

    Raises:
        DataError: It is not a task; the message names other exports of the tool.
    """
    task = mapping(value, location, "a task")
    if "annotations" in task and "data" in task:
        return task
    advice = next((text for key, text in _ADVICE.items() if key in task), "export as JSON")
    raise DataError(
        f"{location}: a task needs 'annotations' and 'data'; found {shown(sorted(task))}; {advice}"
    )


def text_key(data: dict[str, Any], key: str | None, location: str) -> str:
    """The key of the text in a task's data.

    Args:
        data: Data of the task.
        key: Key to use; None: ``text``, or else the only key of a string.
        location: Location in the file, for messages.

    Raises:
        DataError: There is no such string, or there are several.
    """
    string_keys = [
        name for name, value in data.items() if isinstance(value, str) and name != OWN_ID
    ]
    if key is not None:
        string(data.get(key), location, f"data.{key}")
        return key
    if "text" in string_keys:
        return "text"
    if len(string_keys) != 1:
        problem = (
            "no string" if not string_keys else f"several strings ({', '.join(string_keys):.60})"
        )
        raise DataError(
            f"{location}: the data has {problem}; name the text's key with text_key, one of "
            f"{', '.join(data) or 'none':.60}"
        )
    return string_keys[0]


def annotations_to_read(
    task: dict[str, Any], several: Several, location: str, skipped: SkippedData
) -> list[dict[str, Any]]:
    """The annotations of a task that are read.

    Args:
        task: Task whose form has been checked.
        several: Whether to read the first, the last or each of the annotations that are not
            cancelled, or of those marked as ground truth if there are any.
        location: Location in the file, for messages.
        skipped: Counts annotations, predictions and drafts that are skipped.
    """
    for key in ("predictions", "drafts"):
        count = len(sequence(task.get(key) or [], location, key))
        if count:
            skipped.add(f"{key} skipped", location, count)
    items = sequence(task["annotations"], location, "annotations")
    listed = [mapping(item, location, f"annotations[{n}]") for n, item in enumerate(items)]
    not_cancelled = [item for item in listed if not item.get("was_cancelled")]
    if len(not_cancelled) < len(listed):
        skipped.add("cancelled annotations skipped", location, len(listed) - len(not_cancelled))
    if not not_cancelled:
        skipped.add("tasks without an annotation skipped", location)
    if several == "each" or len(not_cancelled) < 2:
        return not_cancelled
    skipped.add("further annotations of tasks skipped", location, len(not_cancelled) - 1)
    candidates = [item for item in not_cancelled if item.get("ground_truth")] or not_cancelled
    return [candidates[0 if several == "first" else -1]]
