"""The README's claims that can go stale: the file tree, the two commands, the picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutor import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree() -> str:
    """The annotated file tree: the code block that names main.py first."""
    return next(block for block in re.findall(r"```\n(.*?)```", README, re.S) if block.startswith("main.py"))


def test_tree_names_every_module_once() -> None:
    listed = re.findall(r"^\s*([\w/]+\.py) ", tree(), re.M)
    actual = [path.name for path in (ROOT / "tutor").rglob("*.py") if path.name != "__init__.py"]
    assert sorted(listed) == sorted([*actual, "main.py"])


def test_tree_says_something_of_each_file() -> None:
    lines = [line for line in tree().splitlines() if ".py" in line]
    assert all(re.match(r"\s*\S+\s{2,}\S.{5,}", line) for line in lines)


def test_exactly_two_commands_make_an_environment() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith("main.py")
    assert commands[1].endswith("-m pytest")


def test_ci_runs_the_readme_command() -> None:
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_command_line_it_shows_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {line.split()[2] for line in README.splitlines() if line.startswith("python main.py ")}
    commands = {word for word in shown if word.isalpha()}
    assert commands == set(cli.COMMANDS)
    for command in sorted(commands):
        with pytest.raises(SystemExit) as stop:
            cli.main([command, "--help"])
        assert stop.value.code == 0
        assert capsys.readouterr().out


def test_its_picture_is_there() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / name).read_bytes().startswith(b"\x89PNG")
