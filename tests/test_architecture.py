"""The rules of direction, as contracts that can fail."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.samples import EVERY, spec
from tutor.engine import families

ROOT = Path(__file__).parent.parent
VIEWS = sorted((ROOT / "tutor" / "views").glob("*.py"))
MODULES = sorted((ROOT / "tutor").rglob("*.py"))


def test_import_contracts() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.name)
def test_no_view_knows_a_step_by_its_name(path: Path) -> None:
    models = [*families.presets().values(), *(spec(**changes) for changes in EVERY.values())]
    assert {model.family for model in models} == set(families.names())
    steps = {step.short for model in models for step in families.program(model).steps}
    # Words that are also English, or axes and stages.
    steps -= {"tokens", "embed", "logits", "probs", "mean", "var", "pattern", "scores", "q", "k", "v", "z", "pre",
              "post", "normalized", "masked", "concat", "scaled", "dense"}  # fmt: skip
    assert {"embed_sum", "cross_sum", "q_rot", "k_shared", "mean_square"} <= steps
    literals = {
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }  # fmt: skip
    assert not literals & steps
    parts = r"^(encoder|decoder|blocks|attn|cross_attn|mlp|head|ln1|ln2|ln_cross)\."
    assert not [text for text in literals if re.search(parts, text)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled_or_evaluated(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not {call.id for call in calls if isinstance(call, ast.Name)} & {"eval", "exec", "compile", "__import__"}
    if path.name != "laying.py":  # what is displayed never goes through a fused attention call
        assert not {call.attr for call in calls if isinstance(call, ast.Attribute)} & {"scaled_dot_product_attention"}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    imported = {alias.name.split(".")[0] for node in imports for alias in node.names}
    assert "pickle" not in imported
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "load"
                and isinstance(node.value, ast.Name) and node.value.id == "torch"]  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_opened_as_utf8(path: Path) -> None:
    """Text files without an encoding read differently on Windows."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("read_text", "write_text"):
            named = any(one.arg == "encoding" for one in node.keywords)
            placed = any(isinstance(one, ast.Constant) and one.value == "utf-8" for one in node.args)
            assert named or placed, f"{path.name}:{node.lineno}"
        if name == "open" and isinstance(node.func, ast.Name):
            mode = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else "r"
            assert "b" in str(mode) or any(one.arg == "encoding" for one in node.keywords), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"
    assert text.count("\n") < 620, f"{path.name} is too long to be read in one sitting"
