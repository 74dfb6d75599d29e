"""Search space: the values that ``jointre tune`` tries."""

from collections.abc import Mapping
from typing import Annotated, Any

from annotated_types import Ge, Le, Len

from jointre.errors import ConfigError

Ends = Annotated[list[Annotated[float, Ge(-1e12), Le(1e12)]], Len(2, 2)]
WholeEnds = Annotated[list[Annotated[int, Ge(-(10**12)), Le(10**12)]], Len(2, 2)]


class SearchRange:
    """The values of one option. Give exactly one of the arguments.

    Args:
        log: Smallest and largest value, drawn evenly on a logarithmic scale, for learning rates.
        uniform: Smallest and largest value, drawn evenly.
        integer: Smallest and largest whole number.
        choice: The values themselves, of any kind.

    Raises:
        ConfigError: None is given, or several, or a range is empty.
    """

    def __init__(
        self,
        log: Ends | None = None,
        uniform: Ends | None = None,
        integer: WholeEnds | None = None,
        choice: list[Any] | None = None,
    ) -> None:
        kinds = {"log": log, "uniform": uniform, "integer": integer, "choice": choice}
        given = {name: values for name, values in kinds.items() if values is not None}
        if len(given) != 1:
            raise ConfigError(
                f"one of {', '.join(kinds)} must be given, not {', '.join(given) or 'none'}"
            )
        ((self.kind, values),) = given.items()
        self.values: list[Any] = list(values)
        if self.kind == "choice" and not self.values:
            raise ConfigError("choice must not be empty")
        if self.kind != "choice" and not self.values[0] < self.values[1]:
            raise ConfigError(f"{self.kind}={values}: the first must be less than the second")
        if self.kind == "log" and self.values[0] <= 0:
            raise ConfigError(f"log={values}: a logarithmic scale begins above 0")

    def suggest(self, trial: Any, name: str) -> Any:
        """The value of a trial.

        Args:
            trial: Optuna's trial.
            name: Name of the option.
        """
        if self.kind == "choice":
            # Lists and objects are chosen by number, because Optuna stores plain values only.
            return self.values[trial.suggest_categorical(name, range(len(self.values)))]
        low, high = self.values
        if self.kind == "integer":
            return trial.suggest_int(name, low, high)
        return trial.suggest_float(name, low, high, log=self.kind == "log")

    def value(self, stored: Any) -> Any:
        """The value that a stored parameter of a trial stands for.

        Args:
            stored: What Optuna stores.
        """
        return self.values[stored] if self.kind == "choice" else stored


def suggested(space: Mapping[str, SearchRange], trial: Any) -> dict[str, Any]:
    """The values of all options in a trial, by dotted path.

    Args:
        space: The search space.
        trial: Optuna's trial.
    """
    return {name: values.suggest(trial, name) for name, values in space.items()}
