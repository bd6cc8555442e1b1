"""Files of the program are found in a checkout and in an installed wheel, and a missing one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor import resources


def test_a_shipped_file_is_found() -> None:
    file = resources.path("tokenizers", "r50k_base.tiktoken")
    assert file.is_file()
    assert resources.path("tokenizers") == file.parent


def test_the_files_of_an_installed_package_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, beside = tmp_path / "tutor" / "_resources", tmp_path / "resources"
    for root in (inside, beside):
        root.mkdir(parents=True)
        (root / "a.txt").write_text(str(root))
    (beside / "b.txt").write_text("")
    monkeypatch.setattr(resources, "_ROOTS", (inside, beside))
    assert resources.path("a.txt") == inside / "a.txt"
    assert resources.path("b.txt") == beside / "b.txt"


@pytest.mark.parametrize(
    "parts", [("models", "none such"), ("..", "tutor"), (str(Path(__file__).resolve()),)]
)
def test_a_missing_file_is_one_sentence(parts: tuple[str, ...]) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        resources.path(*parts)
    message = str(caught.value)
    assert Path(*parts).as_posix() in message
    assert message.endswith(": install Transformer Tutor again.")
    assert "\n" not in message
