"""Command classes, which check paths and explain an override that was written without ``-o``."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand
from typer.models import CommandFunctionType

from jointre.cli._common.paths import check_paths


class CheckedCommand(TyperCommand):
    """A command that refuses an output which is one of its inputs or another output."""

    def invoke(self, ctx: Any) -> Any:
        """Check the paths, then run the command.

        Args:
            ctx: typer's own Context, which some versions take from click and some do not.

        Raises:
            DataError: An output is one of the inputs or another output.
        """
        names = {
            str(param.name): str(param.opts[-1] if param.param_type_name == "option" else "")
            for param in self.params
        }
        names = {key: name or key.upper() for key, name in names.items()}
        check_paths(str(self.name), ctx.params, names)
        return super().invoke(ctx)


class CheckedApp(typer.Typer):
    """A group of commands whose paths are checked."""

    def command(
        self, *args: Any, cls: type[TyperCommand] | None = None, **options: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """Add a command, as typer does.

        Args:
            args: As for typer.
            cls: The command's class, a :class:`CheckedCommand`.
            options: As for typer.
        """
        return super().command(*args, cls=cls or CheckedCommand, **options)


class ConfigCommand(CheckedCommand):
    """A command of one experiment file and of overrides, which take ``-o``."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words of the command line; an unexpected word is an error with a hint.

        Args:
            ctx: typer's own Context, which some versions take from click and some do not.
            args: Words after the command's name.

        Raises:
            UsageError: There is a word that no parameter takes.
        """
        remaining = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            word = ctx.args[0]
            hint = f"for an override write -o {word}" if "=" in word else "name one file at a time"
            ctx.fail(f"{word}: unexpected after the experiment file; {hint}")
        return remaining
