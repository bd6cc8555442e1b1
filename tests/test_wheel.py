"""An installed wheel finds its resources and runs without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=installed, env=environment, capture_output=True, text=True, check=False
    )


def test_resources_are_inside(installed: Path) -> None:
    code = (
        "import tutor; from tutor import resources; from tutor.engine.encodings import load\n"
        "assert '_resources' in str(resources.path('tokenizers')), resources.path('tokenizers')\n"
        "print(tutor.__file__); print(load('cl100k_base').ids_of('Clar'))"
    )
    found = run(installed, code)
    assert found.returncode == 0, found.stderr
    where, ids = found.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert ids == "[100069]"


@pytest.mark.parametrize("kind", ["cards", "fonts", "formulas", "i18n", "tokenizers"])
def test_every_kind_of_resource_is_shipped(installed: Path, kind: str) -> None:
    shipped = {path.name for path in (installed / "tutor" / "_resources" / kind).iterdir()}
    assert shipped == {path.name for path in (ROOT / "resources" / kind).iterdir()}
    assert shipped


def test_the_command_line_works_from_the_wheel(installed: Path) -> None:
    found = run(installed, "import sys; from tutor.cli import main; sys.exit(main(['models']))")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("storyteller:")
    assert found.stderr == ""


def test_scripts_are_declared(installed: Path) -> None:
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    text = entries.read_text(encoding="utf-8")
    assert "[console_scripts]" in text
    assert "tutor.cli:console" in text
    assert "[gui_scripts]" in text
    assert "tutor.cli:window" in text
