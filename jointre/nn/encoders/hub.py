"""Checks once per process, with a short timeout, whether the model hub answers."""

import ssl
from functools import cache
from http.client import HTTPException
from importlib import import_module
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TIMEOUT = 5.0  # seconds until an address of the hub counts as unreachable


def unreachable() -> str:
    """Why the hub cannot be reached; empty if it can, or if offline mode is on.

    transformers requests each file several times before it gives up, which takes most of a
    minute.
    """
    constants = import_module("huggingface_hub.constants")
    if constants.HF_HUB_OFFLINE:  # transformers then reads its cache alone
        return ""
    return _failure(str(constants.ENDPOINT))


@cache
def _failure(endpoint: str) -> str:
    """Why an address does not answer, asked once per process; proxies are respected."""
    try:
        with urlopen(Request(endpoint, method="HEAD"), timeout=TIMEOUT):
            return ""
    except HTTPError:  # the hub has answered
        return ""
    except URLError as error:
        if isinstance(error.reason, ssl.SSLError):  # transformers handles certificates itself
            return ""
        return f"{endpoint} cannot be reached: {error.reason}"
    except (OSError, HTTPException, ValueError) as error:
        return f"{endpoint} cannot be reached: {error}"
