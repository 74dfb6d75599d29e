"""Concept identifiers of PubTator files: a column that lists several is split by their form.

Corpora separate the identifiers of a list with ``|`` (CDR), ``,`` (BioRED), ``;`` (GNormPlus) or
``+`` (NCBI Disease). The same characters occur inside identifiers: tmVar writes a variant as
``p|SUB|V|5|M`` and adds attributes after semicolons (``;HGVS:p.V5M;CorrespondingGene:673``). So a
column is split only where the parts have the form of identifiers.
"""

import re
from collections.abc import Iterable

NO_CONCEPT = frozenset({"", "-", "-1"})
"""What corpora write in place of an identifier if no concept fits."""

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
"""The attributes that tmVar writes after the identifier of a variant."""


def split_ids(column: str) -> tuple[str, ...]:
    """The identifiers that a column lists, in its order.

    Args:
        column: The column of a mention, or one end of a relation.

    Example:
        >>> split_ids("7124,7125"), split_ids("D1|D2"), split_ids("p|SUB|V|5|M")
        (('7124', '7125'), ('D1', 'D2'), ('p|SUB|V|5|M',))
    """
    column = _without_attributes(column)
    for separator in ";,":
        parts = _rejoined([part.strip() for part in column.split(separator)], separator)
        if len(parts) > 1 and all(map(_listable, parts)):
            return tuple(name for part in parts for name in split_ids(part))
    column = column.strip()
    variants = _NEXT_VARIANT.split(column)
    if len(variants) == 1 and _VARIANT.match(column):
        return (column,)
    parts = variants if len(variants) > 1 else [part.strip() for part in column.split("|")]
    if len(parts) > 1:
        return tuple(name for part in parts for name in split_ids(part))
    plus_parts = column.split("+")
    return tuple(plus_parts) if all(map(_DISEASE.fullmatch, plus_parts)) else (column,)


def _without_attributes(column: str) -> str:
    """The column without the attributes that tmVar adds to a variant after semicolons."""
    identifier, *parts = column.split(";")
    first_key = identifier.strip().partition(":")[0]
    identifiers = [part for part in parts if _key(part) in (None, first_key)]
    return ";".join([identifier, *identifiers])


def _key(part: str) -> str | None:
    match = _ATTRIBUTE.match(part.strip())
    return match[1] if match else None


def _rejoined(parts: list[str], separator: str) -> list[str]:
    """The parts, with each part that is not an identifier joined to the variant before it."""
    joined = parts[:1]
    for part in parts[1:]:
        if _VARIANT.match(joined[-1]) and not _follows(joined[-1], part):
            joined[-1] += separator + part
        else:
            joined.append(part)
    return joined


def _follows(variant: str, part: str) -> bool:
    """Whether a part after a variant is a separate identifier, not the remainder of a number."""
    continues_number = variant[-1:].isdigit() and part.isdigit()
    is_identifier = part in NO_CONCEPT or _IDENTIFIER.fullmatch(part) is not None
    return _VARIANT.match(part) is not None or (is_identifier and not continues_number)


def _listable(part: str) -> bool:
    """Whether a part can be an identifier, or a list of identifiers with another separator."""
    if part in NO_CONCEPT or _VARIANT.match(part):
        return True
    pieces = re.split(r"[|,+]", part)
    return all(
        piece.strip() in NO_CONCEPT or _IDENTIFIER.fullmatch(piece.strip()) for piece in pieces
    )


def join_ids(names: Iterable[str]) -> list[str]:
    """The columns that list identifiers: one, or one per identifier if no separator is possible.

    Args:
        names: Identifiers, each of which :func:`split_ids` leaves whole.

    Example:
        >>> join_ids(["D1", "D2"]), join_ids(["p|SUB|V|5|M", "7"]), join_ids(["no id", "D1"])
        (['D1|D2'], ['p|SUB|V|5|M,7'], ['no id|D1'])
    """
    identifiers = tuple(names)
    column = next(
        (
            separator.join(identifiers)
            for separator in "|,;"
            if split_ids(separator.join(identifiers)) == identifiers
        ),
        None,
    )
    return list(identifiers) if column is None else [column]
