from pathlib import Path

from jointre_docs.links import inside


def test_links_out_of_the_site_become_text(tmp_path: Path) -> None:
    guides = tmp_path / "docs" / "guides"
    guides.mkdir(parents=True)
    (tmp_path / "README.md").write_text("")
    (tmp_path / "docs" / "faq.md").write_text("")
    text = "[`read`](../../README.md), [asked](../faq.md), [gone](../../GONE.md), [it](it.md)"
    kept = "`read`, [asked](../faq.md), [gone](../../GONE.md), [it](it.md)"
    assert inside(text, guides, tmp_path / "docs") == kept
