"""The Hugging Face hub: checkpoints fetched from it, and settings of its client that cannot work."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from harness.errors import CommandError, UnavailableError

VARIABLE: Final = "HF_ENDPOINT"
"""Names another hub; the hub's client reads it when it is imported."""
UNUSED: Final = ("*.h5", "*.msgpack", "*.ot", "openvino/*")
ONNX: Final = ("*.onnx", "onnx/*")
VARIANTS: Final = ("onnx/model_*",)
"""Files of hub checkpoints that are other forms of the same weights: for any backend, for torch, for onnx."""


def check_importable() -> None:
    """See that the hub's client can be imported, on which all libraries of checkpoints depend.

    Raises:
        CommandError: it cannot be, since ``HF_ENDPOINT`` is no address at all.
    """
    try:
        _ = urlsplit(os.environ.get(VARIABLE, "")).port  # raises if it is no number
    except ValueError as error:
        raise _no_address(os.environ[VARIABLE], str(error)) from error


def fetched(checkpoint: str, revision: str | None, *, onnx: bool) -> Path:
    """The folder of a checkpoint of the hub, in the local cache; the hub is asked if need be.

    Args:
        checkpoint: its name there.
        revision: the commit.
        onnx: fetch the ONNX models, too.

    Raises:
        UnavailableError: it is not in the cache, and cannot be fetched.
        CommandError: ``HF_ENDPOINT`` or a proxy is malformed.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    unknown = ""
    if not constants.HF_HUB_OFFLINE:
        address = os.environ.get(VARIABLE, constants.ENDPOINT)
        _check_address(address)
        unknown = _unknown_host(address)
    left = [*UNUSED, *(VARIANTS if onnx else ONNX)]
    try:
        found = snapshot_download(
            checkpoint, revision=revision, ignore_patterns=left, local_files_only=bool(unknown)
        )
        return Path(found)
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = unknown or str(error).strip().partition("\n")[0] or type(error).__name__
        raise UnavailableError(
            f"The checkpoint {checkpoint} at revision {revision} is neither in the local cache of the "
            f"Hugging Face hub nor can it be fetched: {reason}\n"
            f"Where no hub can be reached, copy the checkpoint's files into a folder and give that as the "
            f"checkpoint, for example ./{checkpoint.rpartition('/')[2]}; if HF_HUB_OFFLINE=1 is set and the "
            f"hub should be asked, unset it."
        ) from error


def _check_address(address: str) -> None:
    """Refuse what the hub's client would break off at with an error of its own."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        lacking = "it has no host" if parts.scheme in {"http", "https"} else "it begins with neither"
        raise _no_address(address, lacking)
    for kind, proxy in getproxies().items():
        if kind in {"http", "https", "all"} and _has_no_port(proxy):
            raise CommandError(  # without the value, which may hold a password
                f"The proxy in the environment variable {kind.upper()}_PROXY or {kind}_proxy is no address: "
                f"what should be its port is no number from 0 to 65535; expected http://HOST:PORT."
            )


def _no_address(found: str, why: str) -> CommandError:
    return CommandError(
        f"The environment variable {VARIABLE} is no address of a hub: expected http:// or https:// with a "
        f"host and, if need be, a port, such as https://huggingface.co, found {found!r} ({why}). Correct it, "
        f"or unset it for huggingface.co."
    )


def _has_no_port(proxy: str) -> bool:
    try:
        _ = urlsplit(proxy if "://" in proxy else f"http://{proxy}").port
    except ValueError:
        return True
    return False


def _unknown_host(address: str) -> str:
    """Why an address cannot be reached, or nothing; the hub's own client would try for half a minute."""
    if getproxies():  # it is the proxy that looks the host up
        return ""
    try:
        socket.getaddrinfo(urlsplit(address).hostname, None)
    except OSError as error:
        return f"{urlsplit(address).hostname} is not found from here ({error.strerror})"
    except ValueError as error:  # a host's name may be too long, too
        return f"{address!r} is no address ({error})"
    return ""
