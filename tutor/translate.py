"""Brings the translations up to date: `python -m tutor.translate`, and with `--check` says whether they are.

For developers, in a checkout. `lupdate` collects the texts of the sources into resources/i18n/tutor_*.ts, where
they are translated, and `lrelease` makes the .qm beside them that the window loads. English needs plurals only.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
#: Each language, and what lupdate is told beyond what holds for all.
LANGUAGES = {"en": ("-pluralonly",), "zh_CN": ()}


class TranslateError(Exception):
    """The translations could not be made or are not right; the message is one sentence naming the mend."""


def sources(root: Path = ROOT) -> list[Path]:
    """Every file with texts for the window."""
    return [root / "tutor" / "app.py", root / "tutor" / "commands.py", *sorted((root / "tutor" / "views").glob("*.py"))]


def tool(name: str) -> Path:
    """`lupdate` or `lrelease` of PySide6: beside the package, else its console script. Raises TranslateError."""
    package = find_spec("PySide6")
    beside = list(package.submodule_search_locations or ()) if package else []
    for folder, stem in (*((Path(one), name) for one in beside), (Path(sys.executable).parent, f"pyside6-{name}")):
        for file in (folder / stem, folder / f"{stem}.exe"):
            if file.is_file():
                return file
    raise TranslateError(f"PySide6's {name} is missing: install PySide6-Essentials.")


def collect(ts: Path, language: str, files: Sequence[Path] | None = None) -> None:
    """Bring one .ts up to date: new texts come in unfinished, texts that are gone go. Raises TranslateError."""
    wanted = sources() if files is None else files
    # No line numbers, so that the file changes only where a text does.
    options = ("-locations", "none", "-no-obsolete", "-source-language", "en", "-target-language", language)
    _run("lupdate", *options, *LANGUAGES[language], *map(str, wanted), "-ts", str(ts))


def release(ts: Path, qm: Path) -> None:
    """Make the .qm of a .ts. Raises TranslateError."""
    _run("lrelease", "-silent", str(ts), "-qm", str(qm))


def unfinished(ts: Path) -> list[str]:
    """The texts of a .ts without a finished translation: empty, new, or gone from the sources."""
    found = []
    for message in ElementTree.parse(ts).iter("message"):
        made = message.find("translation")
        forms = [] if made is None else list(made) if message.get("numerus") else [made]
        if not forms or made is None or made.get("type") or not all((form.text or "").strip() for form in forms):
            found.append(message.findtext("source", ""))
    return found


def problems(folder: Path = FOLDER, files: Sequence[Path] | None = None) -> Iterator[str]:
    """What is not right with the translations in a folder, a sentence each. Raises TranslateError."""
    again = "run python -m tutor.translate"
    for language in LANGUAGES:
        ts, qm = (folder / f"tutor_{language}.{suffix}" for suffix in ("ts", "qm"))
        if not ts.is_file():
            yield f"{ts.name} is missing: {again}."
            continue
        with tempfile.TemporaryDirectory() as made:
            fresh = Path(made) / ts.name
            shutil.copyfile(ts, fresh)
            collect(fresh, language, files)
            if fresh.read_text("utf-8") != ts.read_text("utf-8"):
                yield f"{ts.name} does not fit the sources: {again} and translate what is new."
            for text in unfinished(ts):
                yield f"{ts.name} has no finished translation of {text!r}: translate it."
            release(ts, fresh.with_suffix(".qm"))
            if not qm.is_file() or qm.read_bytes() != fresh.with_suffix(".qm").read_bytes():
                yield f"{qm.name} is not what {ts.name} makes: {again}."


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([tool(name), *arguments], capture_output=True, text=True, encoding="utf-8", errors="replace")
    said = " ".join((done.stderr or "").split())
    if done.returncode or said:
        raise TranslateError(f"{name} failed ({said or done.returncode}): mend what it names.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 1 where something is not right."""
    parser = argparse.ArgumentParser(prog="python -m tutor.translate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where something is not right")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            for language in LANGUAGES:
                ts = FOLDER / f"tutor_{language}.ts"
                collect(ts, language)
                release(ts, ts.with_suffix(".qm"))
        found = list(problems())
    except TranslateError as error:
        found = [str(error)]
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
