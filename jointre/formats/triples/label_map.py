"""Label maps of triple corpora, such as ``rel2id.json``: the id of each relation label."""

from pathlib import Path

from jointre.data.fields import integer, mapping, shown
from jointre.data.vocabulary import LabelSets
from jointre.errors import DataError
from jointre.formats.common.files import parse, read_text
from jointre.formats.common.types_file import read_types


def read_labels(path: Path, entity_label: str) -> LabelSets:
    """The labels of a types file or of a label map.

    A label map is ``{NAME: ID}``, or a list whose last element is that; its order is that of
    the ids, and it has ``entity_label`` as its only entity label.

    Args:
        path: Types file or label map.
        entity_label: Label of entities, which a label map does not have.

    Raises:
        DataError: The file is missing or has other content.
    """
    content = parse(read_text(path), path)
    if isinstance(content, dict) and content.keys() & {"entities", "relations"}:
        return read_types(path)
    if isinstance(content, list) and content:
        content = content[-1]
    what = "a label map {NAME: ID}, or a types file,"
    ids = {
        name: integer(value, str(path), f"the id of {shown(name)}")
        for name, value in mapping(content, str(path), what).items()
    }
    if sorted(ids.values()) != list(range(len(ids))):
        raise DataError(
            f"{path}: the ids of a label map must be 0 to {len(ids) - 1}, each once; "
            f"found {sorted(ids.values())!r:.60}"
        )
    return LabelSets((entity_label,), tuple(sorted(ids, key=ids.__getitem__)), source=str(path))
