"""A shorter start: pause garbage collection while modules are imported or a model is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Pause garbage collection, and afterwards regard all that was made as long-lived.

    Importing torch, transformers and spaCy makes about two million objects that stay. The collector
    would traverse them repeatedly while they are made, which takes one to two seconds.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() == 0:  # objects that the program froze itself stay frozen
            gc.freeze()
            gc.unfreeze()  # into the oldest generation, without traversing them
        gc.enable()
