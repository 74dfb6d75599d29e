import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointre.formats.pubtator.ids import join_ids, split_ids

VARIANTS = ["p|SUB|V|5|M", "p|SUB|V|7|K", "c|DEL|12_14|A", "|Allele|G|12", "tmVar:g|SUB|A||T"]
OTHERS = ["7124", "7125", "D000001", "MESH:C012345", "OMIM:114480", "CVCL_0030", "rs12", "-1"]


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        ("D1|D2", ("D1", "D2")),
        ("7124,7125", ("7124", "7125")),
        ("7124;7125", ("7124", "7125")),
        ("7124, 7125", ("7124", "7125")),
        ("D000001+D000002", ("D000001", "D000002")),
        ("OMIM:114480,D000001|D000002", ("OMIM:114480", "D000001", "D000002")),
        ("7157(Tax:9606);672", ("7157(Tax:9606)", "672")),
        ("c.76_92del;c.95A>G", ("c.76_92del", "c.95A>G")),
        ("-1|D1", ("-1", "D1")),
        ("", ("",)),
        *[(name, (name,)) for name in (*VARIANTS, *OTHERS)],
        ("p|SUB|V|5|M,p|SUB|V|7|K", ("p|SUB|V|5|M", "p|SUB|V|7|K")),
        ("p|SUB|V|5|M|p|SUB|V|7|K", ("p|SUB|V|5|M", "p|SUB|V|7|K")),
        ("D1|p|SUB|V|5|M", ("D1", "p|SUB|V|5|M")),
        ("p|SUB|V|5|M;rs12", ("p|SUB|V|5|M", "rs12")),
        ("p|SUB|V|5|M,7124", ("p|SUB|V|5|M", "7124")),
    ],
)
def test_lists_are_split_and_variants_are_whole(column: str, ids: tuple[str, ...]) -> None:
    assert split_ids(column) == ids


@pytest.mark.parametrize(
    "column",
    ["1,2-dichloroethane", "BRCA1, human", "p.[V5M;V7K]", "c|DEL|4,977|", "c|DEL||4,977"],
)
def test_what_only_looks_like_a_list_is_one_identifier(column: str) -> None:
    assert split_ids(column) == (column,)


@pytest.mark.parametrize(
    ("column", "ids"),
    [
        ("tmVar:c|SUB|G|9|A;HGVS:c.9G>A;CorrespondingGene:2153", ("tmVar:c|SUB|G|9|A",)),
        ("RS#:6025;HGVS:p.R506Q;CorrespondingGene:2153", ("RS#:6025",)),
        ("p|SUB|V|5|M;RS#:1;p|SUB|V|7|K;RS#:2", ("p|SUB|V|5|M", "p|SUB|V|7|K")),
        ("RS#:1;RS#:2", ("RS#:1", "RS#:2")),
    ],
)
def test_attributes_of_a_variant_are_no_concepts(column: str, ids: tuple[str, ...]) -> None:
    assert split_ids(column) == ids


@given(st.lists(st.sampled_from([*VARIANTS, *OTHERS, "a, b", "no id"]), min_size=1, unique=True))
def test_joined_columns_give_the_identifiers_again(names: list[str]) -> None:
    again = [name for column in join_ids(names) for name in split_ids(column)]
    assert again == names
