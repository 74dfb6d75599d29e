import gc

import pytest

from jointre.start_up import garbage_collection_paused


def test_collection_is_paused_and_goes_on() -> None:
    with garbage_collection_paused():
        assert not gc.isenabled()
        made = [[] for _ in range(3)]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert len(made) == 3


def test_what_was_made_is_long_lived() -> None:
    with garbage_collection_paused():
        made: list[list[int]] = [[]]
    assert any(item is made for item in gc.get_objects(generation=2))


def test_unreachable_cycles_are_still_found() -> None:
    class Node:
        alive = 0
        other: "Node"

        def __init__(self) -> None:
            Node.alive += 1

        def __del__(self) -> None:
            Node.alive -= 1

    with garbage_collection_paused():
        node = Node()
        node.other = node
        del node
        assert Node.alive == 1
    gc.collect()
    assert Node.alive == 0


def test_collection_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="stop"), garbage_collection_paused():
        raise ValueError("stop")
    assert gc.isenabled()


def test_a_program_that_collects_nothing_stays_so() -> None:
    gc.disable()
    try:
        with garbage_collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_a_program_froze_stays_frozen() -> None:
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        with garbage_collection_paused():
            pass
        assert gc.get_freeze_count() >= count > 0
    finally:
        gc.unfreeze()
