"""Print the requirements in setup.cfg, one per line, for tools that read a requirements file."""

import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(extras: list[str]) -> None:
    """Print what jointre requires.

    Args:
        extras: Names of extras whose requirements are printed too.
    """
    config = ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = [config["options"]["install_requires"]]
    lists += [config["options.extras_require"][extra] for extra in extras]
    sys.stdout.write("\n".join(text.strip() for text in lists) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
