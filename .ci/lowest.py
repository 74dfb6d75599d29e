"""Print pip's constraints for the lowest versions that setup.cfg allows; torch stays pinned."""

import re
import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def lowest(requirements: str) -> list[str]:
    """Each ``name>=version`` as ``name==version``, with its marker if it has one."""
    found = re.findall(r"^\s*([\w.-]+)>=([\w.]+)\s*(;.*)?$", requirements, re.MULTILINE)
    return [f"{name}=={version}{marker}" for name, version, marker in found if name != "torch"]


def main() -> None:
    """Print constraints for jointre's and MiniLM's requirements, and the pinned torch."""
    config = ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = lowest(config["options"]["install_requires"])
    lines += lowest(config["options.extras_require"]["minilm"])
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines += [line for line in pinned if line.startswith("torch==")]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
