"""The end of a training: weights, figures and the model card, all written from what was measured."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tutor.engine import axes as ax
from tutor.engine import shipped
from tutor.engine.files import replacing
from tutor.engine.weights import WEIGHTS_FILE, Weights
from tutor.training.loop import Run, held_out_loss
from tutor.training.tasks import Learner


def finish(task: Learner, run: Run, folder: Path) -> None:
    """Write the model's folder and measure the weights as they are on disk. Raises FileError."""
    task.save(folder, run.weights)
    weights = task.load(folder)
    figures = measured(task, run, weights)
    stories = list(task.samples(weights))
    told = {"steps": run.step, "samples": [task.sentence], **figures}
    _write(folder / shipped.TRAINING_FILE, json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    _write(folder / shipped.CARD_FILE, text(task, told, stories, (folder / WEIGHTS_FILE).stat().st_size))


def measured(task: Learner, run: Run, weights: Weights) -> dict[str, Any]:
    """Every figure of the card, by its words."""
    loss = held_out_loss(task, weights)
    return {
        "parameters": sum(ax.count(weight.axes) for weight in task.weights),
        "tokens": run.tokens,
        "minutes": round(run.seconds / 60, 1),
        "training loss": _short(run.loss),
        "held-out loss": _short(loss),
        "held-out perplexity": _short(math.exp(loss)),
        "scores": {name: _short(value) for name, value in task.scores(weights).items()},
    }


def _short(value: float | str) -> float | str:
    return value if isinstance(value, str) else round(float(value), 4)


def text(task: Learner, told: Mapping[str, Any], stories: list[str], size: int) -> str:
    """The model card in Markdown."""
    spec, plan = task.spec, task.plan
    rows = [
        *task.table(),
        ("parameters", f"{told['parameters']:,}"),
        ("file", f"{size / 1e6:.1f} MB, float16 on disk, float32 in use"),
        ("steps", f"{told['steps']:,}"),
        ("tokens seen", f"{told['tokens']:,}"),
        ("training time", f"{told['minutes']} minutes on one CPU thread"),
        ("optimizer", f"AdamW, rate {plan.rate:g} falling to {plan.rate_end:g} as a cosine, seed {spec.seed}"),
        ("loss at the end of training", told["training loss"]),
        ("held-out loss (nats a token)", told["held-out loss"]),
        ("held-out perplexity", told["held-out perplexity"]),
        *told["scores"].items(),
        *([("checkpoints at steps", ", ".join(f"{one:,}" for one in [*plan.checkpoints, told["steps"]]))]
          if plan.checkpoints else []),
        ("licence", task.licence),
    ]
    lines = [f"# {spec.name}", "", task.about(), "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in rows]
    if stories:
        lines += ["", "## In its own words", "", *(f"> {story}\n" for story in stories)]
    lines += ["", "Every figure here was written by the script that trained the model.", ""]
    return "\n".join(lines)


def _write(path: Path, content: str) -> None:
    with replacing(path) as file:
        file.write(content.encode("utf-8"))


