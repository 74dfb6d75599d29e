"""Concept identifiers of PubTator files: a column that lists several is split by their form.

Corpora separate the identifiers of a list with ``|`` (CDR), ``,`` (BioRED), ``;`` (GNormPlus) or
``+`` (NCBI Disease). The same signs stand inside identifiers: tmVar writes a variant as
``p|SUB|V|5|M`` and adds attributes after semicolons (``;HGVS:p.V5M;CorrespondingGene:673``). So a
column is split only where the parts have the form of identifiers.
"""

import re
from collections.abc import Iterable

NO_CONCEPT = frozenset({"", "-", "-1"})
"""What corpora write in the place of an identifier where no concept fits."""

_VARIANT = re.compile(r"(?:tmVar:)?[a-z]?\|[A-Za-z]{2,}(?:\||$)")
"""The beginning of a variant: the kind of sequence, a bar, the kind of change, a bar."""
_NEXT_VARIANT = re.compile(r"\|(?=(?:tmVar:)?[a-z]\|[A-Za-z]{2,}\|)")
_IDENTIFIER = re.compile(
    r"[A-Za-z][\w.#]*:[^\s,;|+]+|[cgmnpr]\.[^\s,;|\[\]]+|(?=\D*\d)[\w.]+(?:\(Tax:\d+\))?"
)
"""A database and an accession, a variant in HGVS, or letters and digits with at least one digit."""
_DISEASE = re.compile(r"(?:MESH:|OMIM:|MIM:)?(?:[CD]\d{5,}|\d{4,})", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(HGVS|VariantGroup|OriginalGene|CorrespondingGene|CorrespondingSpecies|RS#|CA#):"
)
"""What tmVar says of a variant after its identifier."""


def split_ids(column: str) -> tuple[str, ...]:
    """The identifiers that a column lists, in its order.

    Args:
        column: The column of a mention, or one end of a relation.

    Example:
        >>> split_ids("7124,7125"), split_ids("D1|D2"), split_ids("p|SUB|V|5|M")
        (('7124', '7125'), ('D1', 'D2'), ('p|SUB|V|5|M',))
    """
    column = _without_attributes(column)
    for sign in ";,":
        parts = _rejoined([part.strip() for part in column.split(sign)], sign)
        if len(parts) > 1 and all(map(_listable, parts)):
            return tuple(name for part in parts for name in split_ids(part))
    column = column.strip()
    variants = _NEXT_VARIANT.split(column)
    if len(variants) == 1 and _VARIANT.match(column):
        return (column,)
    parts = variants if len(variants) > 1 else [part.strip() for part in column.split("|")]
    if len(parts) > 1:
        return tuple(name for part in parts for name in split_ids(part))
    plus = column.split("+")
    return tuple(plus) if all(map(_DISEASE.fullmatch, plus)) else (column,)


def _without_attributes(column: str) -> str:
    """The column without what tmVar adds to a variant after semicolons."""
    first, *others = column.split(";")
    own = first.strip().partition(":")[0]
    kept = [part for part in others if _key(part) in (None, own)]
    return ";".join([first, *kept])


def _key(part: str) -> str | None:
    found = _ATTRIBUTE.match(part.strip())
    return found[1] if found else None


def _rejoined(parts: list[str], sign: str) -> list[str]:
    """The parts, where a part of a variant that is no identifier belongs to the variant."""
    joined = parts[:1]
    for part in parts[1:]:
        if _VARIANT.match(joined[-1]) and not _follows(joined[-1], part):
            joined[-1] += sign + part
        else:
            joined.append(part)
    return joined


def _follows(variant: str, part: str) -> bool:
    """Whether a part after a variant is an identifier of its own, not the rest of a number."""
    number = variant[-1:].isdigit() and part.isdigit()
    whole = part in NO_CONCEPT or _IDENTIFIER.fullmatch(part) is not None
    return _VARIANT.match(part) is not None or (whole and not number)


def _listable(part: str) -> bool:
    """Whether a part can be an identifier, or a list of identifiers with another sign."""
    if part in NO_CONCEPT or _VARIANT.match(part):
        return True
    pieces = re.split(r"[|,+]", part)
    return all(
        piece.strip() in NO_CONCEPT or _IDENTIFIER.fullmatch(piece.strip()) for piece in pieces
    )


def join_ids(names: Iterable[str]) -> list[str]:
    """The columns that list identifiers: one, or one per identifier where no sign separates them.

    Args:
        names: Identifiers, each of which :func:`split_ids` leaves whole.

    Example:
        >>> join_ids(["D1", "D2"]), join_ids(["p|SUB|V|5|M", "7"]), join_ids(["no id", "D1"])
        (['D1|D2'], ['p|SUB|V|5|M,7'], ['no id|D1'])
    """
    listed = tuple(names)
    column = next(
        (sign.join(listed) for sign in "|,;" if split_ids(sign.join(listed)) == listed), None
    )
    return list(listed) if column is None else [column]
