from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge

from jointre.config import Factory
from jointre.config.diagnostics.refusals import (
    missing_type,
    misspelt_type,
    misspelt_type_problem,
    refused_name,
    refused_value,
    unusable_name,
)
from jointre.errors import ConfigError
from tests.config.toys import Interaction


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (Annotated[int, Ge(1)], "4", '"4" is not accepted: an integer, at least 1'),
        (Literal["mean", "max"], "men",
         '"men" is not accepted: "mean" or "max"; did you mean "mean"?'),
        (Literal["0", "1"], 1, '1 is not accepted: "0" or "1"; did you mean "1"?'),
        (Factory[Interaction], None,
         'null is not accepted: a toy interaction (conv, ctam, none); did you mean "none"?'),
    ],
)  # fmt: skip
def test_values(hint: Any, value: Any, message: str) -> None:
    assert str(refused_value(hint, value, "at")) == f"at: {message}"


def test_names() -> None:
    assert str(refused_name(Interaction, 3, "at.type")) == (
        "at.type: 3 is not accepted: the name of a toy interaction (conv, ctam, none)"
    )
    problem = unusable_name(Interaction, "ctm", "at.type", ConfigError("unused"))
    assert problem.message.startswith("no toy interaction is called 'ctm'; did you mean 'ctam'?")
    assert problem.suggestion == "ctam"
    broken = unusable_name(Interaction, "ctam", "at.type", ConfigError("cannot be imported"))
    assert (broken.message, broken.suggestion) == ("cannot be imported", None)


def test_types() -> None:
    values = {"tpye": "ctam", "heads": 2}
    assert misspelt_type(Interaction, values) == "tpye"
    assert misspelt_type(Interaction, {"heads": 2}) is None
    assert str(misspelt_type_problem(Interaction, "tpye", values, "at")) == (
        "at.tpye: not a key here; did you mean 'type', which names a toy interaction?"
    )
    assert str(missing_type(Interaction, {"heads": 2}, "at")) == (
        "at.type: missing; it names a toy interaction: conv, ctam, none; these keys fit 'ctam'"
    )
