"""``python -m jointre``: the ``jointre`` command."""

from jointre.cli.main import run

if __name__ == "__main__":
    run()
