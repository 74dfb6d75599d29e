import pytest

from jointre.plurals import counted, singular, there_are


@pytest.mark.parametrize(
    ("phrase", "one"),
    [
        ("relations across sentences skipped", "relation across sentences skipped"),
        ("entities listed twice kept once", "entity listed twice kept once"),
        ("categories skipped", "category skipped"),
        ("batches an epoch", "batch an epoch"),
        ("boxes", "box"),
        ("pieces", "piece"),
        ("further labels of a span", "further label of a span"),
        ("extra keys with a meaning of their own", "extra key with a meaning of its own"),
        ("words at the end of units were not read", "word at the end of units was not read"),
        (
            "units longer than the encoder's input are cut (long_inputs)",
            "unit longer than the encoder's input is cut (long_inputs)",
        ),
        ("scores that are not finite skipped", "score that is not finite skipped"),
        (
            "words that are empty or hold blanks, read otherwise",
            "word that is empty or holds blanks, read otherwise",
        ),
        (
            "mentions that begin or end inside a word widened to it",
            "mention that begins or ends inside a word widened to it",
        ),
        ("relations that cross a boundary", "relation that crosses a boundary"),
        (
            "spans that several entities share, which the model gives to one",
            "span that several entities share, which the model gives to one",
        ),
        (
            "relations of mentions that start at the same word as another mention",
            "relation of mentions that start at the same word as another mention",
        ),
        (
            "relations of a mention with itself, which are not learnt",
            "relation of a mention with itself, which is not learnt",
        ),
        (
            "coreference clusters that group entities, which are not learnt (only those are)",
            "coreference cluster that groups entities, which is not learnt (only those are)",
        ),
        (
            "texts whose offsets are read as counting a line end as one",
            "text whose offsets are read as counting a line end as one",
        ),
        (
            "entities skipped because they cross a sentence's border",
            "entity skipped because it crosses a sentence's border",
        ),
        (
            "entities outside the sentence that lists them, kept",
            "entity outside the sentence that lists it, kept",
        ),
        ("mentions outside their text skipped", "mention outside its text skipped"),
        ("data of others skipped", "data of others skipped"),
        ("meta", "meta"),
        ("analysis skipped", "analysis skipped"),
        ("", ""),
    ],
)
def test_one(phrase: str, one: str) -> None:
    assert singular(phrase) == one
    assert counted(1, phrase) == f"1 {one}"
    assert counted(2, phrase) == f"2 {phrase}"
    assert counted(0, phrase) == f"0 {phrase}"


def test_large_numbers_have_separators() -> None:
    assert counted(12345, "words") == "12,345 words"


def test_a_sentence() -> None:
    assert there_are(0, "entities") == "there are 0 entities"
    assert there_are(1, "entities") == "there is 1 entity"
