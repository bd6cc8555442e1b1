"""A tiny model on a small text: trained in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tutor.training.storyteller import SPEC
from tutor.training.tasks import Plan
from tutor.training.textfile import TextTask

TEXT = "The cat sat on the mat. The dog saw the cat, and the cat ran away. 你好，世界。\n" * 40
TINY = replace(SPEC, d_model=16, n_heads=2, d_head=8, n_layers=2, d_mlp=32, d_vocab=300, n_ctx=64)
PLAN = Plan(steps=6, warm_up=2, checkpoints=(0, 2))


def text_file(folder: Path) -> Path:
    path = folder / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def task(folder: Path, plan: Plan = PLAN) -> TextTask:
    return TextTask(TINY, plan, text_file(folder))
