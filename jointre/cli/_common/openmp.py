"""How the threads of torch's OpenMP wait for work."""

import os
from collections.abc import MutableMapping

# Each of these decides how long a thread spins: the standard's variable, GNU's and LLVM's.
WAITING = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
SPIN_COUNT = "1000"  # Iterations before a thread sleeps; OpenMP's own default is 300,000.


def wait_passively(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let waiting threads sleep soon instead of spin, unless the environment says how they wait.

    Spinning threads keep cores busy that other processes need, and on a busy machine all wait
    for each other: training becomes many times slower. A thread that sleeps at once must be
    woken for every small operation, which makes training on an idle machine half as fast again;
    GNU's OpenMP, which torch uses on Linux, therefore spins for some microseconds first. OpenMP
    reads the variables when torch is imported, so this must be called before that.

    Args:
        environment: Variables of this process, which its subprocesses inherit.
    """
    if not any(name in environment for name in WAITING):
        environment["OMP_WAIT_POLICY"] = "PASSIVE"
        environment["GOMP_SPINCOUNT"] = SPIN_COUNT
