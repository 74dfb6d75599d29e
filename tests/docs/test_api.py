import re

import jointre
from tests.markdown import ROOT


def test_everything_that_is_exported_is_documented() -> None:
    page = (ROOT / "docs/api.rst").read_text(encoding="utf-8")
    named = re.findall(r"^\.\. auto\w+:: jointre\.(\w+)$", page, re.MULTILINE)
    assert sorted(named) == sorted(jointre.__all__)
