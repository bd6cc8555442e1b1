"""A tiny model on request, and a stand-in for pip that fetches it, fails, stalls or damages it. No network."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

from tests.engine import test_gguf
from tutor.engine import kept
from tutor.engine.kept import Offer

MEMBER = "tiny_model/Tiny.Q4.gguf"
#: How the stand-in behaves: `good`, `slow` (half the file, then nothing), `corrupt`, `short`, `empty`, `fail`.
_PIP = """
import os, sys, time
from pathlib import Path
wheel, how, said, arguments = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
wheel.with_name("asked.txt").write_text("\\n".join(arguments), encoding="utf-8")
data = wheel.read_bytes()
scratch = Path(os.environ["TMPDIR"]) / "pip-unpack-x"
scratch.mkdir()
half = scratch / wheel.name
if how != "fail":
    half.write_bytes(data[: len(data) // 2])
    wheel.with_name("pid.txt").write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(600 if how == "slow" else 0.4)
if how == "corrupt":
    data = data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]
if how == "short":
    data = data[:-100]
if how in ("good", "corrupt", "short"):
    dest = Path(arguments[arguments.index("--dest") + 1])
    (dest / wheel.name).write_bytes(data)
print(said, file=sys.stderr)
sys.exit(1 if how == "fail" else 0)
"""


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make(folder: Path, **changes: object) -> tuple[Offer, Path]:
    """An offer and its wheel, in a folder of their own; the wheel also holds what must never be unpacked."""
    folder.mkdir()
    model = test_gguf.write(folder / "source.gguf", test_gguf.tensors())
    wheel = folder / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../evil.txt", "out of the folder")
        packed.writestr("tiny_model/__init__.py", "raise SystemExit('run')")
        packed.write(model, MEMBER)
    values = {
        "name": "tiny", "what": "a tiny model", "family": "llama", "blocks": test_gguf.LAYERS,
        "heads": test_gguf.HEADS, "d_model": test_gguf.D, "parameters": 1, "licence": "MIT", "note": "",
        "package": "tiny-model", "version": "1.0", "wheel": wheel.name, "wheel_bytes": wheel.stat().st_size,
        "wheel_sha256": sha256(wheel), "member": MEMBER, "bytes": model.stat().st_size, "sha256": sha256(model),
        "samples": ("Once upon a time",),
    }  # fmt: skip
    return Offer(**{**values, **changes}), wheel  # type: ignore[arg-type]


def pip(wheel: Path, how: str = "good", said: str = "") -> tuple[str, ...]:
    """A command that stands in for pip."""
    script = wheel.with_name("pip_of_the_tests.py")
    script.write_text(_PIP, encoding="utf-8")
    return (sys.executable, str(script), str(wheel), how, said)


def left() -> list[str]:
    """Everything in the data folder, however deep."""
    there = kept.data_folder()
    return sorted(one.relative_to(there).as_posix() for one in there.rglob("*"))
