"""Tests; here because it comes before any import of jointre: annotations are checked at run time.

jaxtyping checks the modules that annotate shapes (``setup.cfg`` lists them), at twenty
microseconds a call; beartype alone checks the others.
"""

from beartype import BeartypeConf
from beartype.claw import beartype_package

# Readers define functions in functions, each of which would be wrapped again at every call (a
# third of their tests' time); the others import types for mypy only.
SKIPPED = (
    "jointre.formats",
    "jointre.cli",
    "jointre.data.schema",
    "jointre.integrations.graph",
)

beartype_package(
    "jointre",
    conf=BeartypeConf(
        claw_is_pep526=False,
        claw_skip_package_names=SKIPPED,
        is_pep484_tower=True,  # an int is a float
    ),
)
