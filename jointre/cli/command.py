"""The command that reads one experiment file: answers an override written without ``-o``."""

from typing import Any

from typer.core import TyperCommand


class ConfigCommand(TyperCommand):
    """A command of one experiment file and of overrides, which take ``-o``."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual; words left over end in a message that says how to write them.

        Args:
            ctx: typer's own Context, which some versions take from click and some do not.
            args: the words after the command's name.

        Raises:
            UsageError: there are words left over.
        """
        rest = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            word = ctx.args[0]
            hint = f"for an override write -o {word}" if "=" in word else "name one file at a time"
            ctx.fail(f"{word}: unexpected after the experiment file; {hint}")
        return rest
