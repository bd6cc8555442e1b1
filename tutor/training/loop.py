"""The training loop: it differentiates the very Program that is displayed; there is no second model.

AdamW (Loshchilov, Hutter 2019) on the mean cross-entropy of the positions that count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import torch

from tutor.engine.records import dataclass
from tutor.engine.weights import Weights, random_weights
from tutor.training.tasks import Learner, Task, TrainBatch

Parameters = Mapping[str, torch.nn.Parameter]

#: Adam's β₁, β₂.
BETAS = (0.9, 0.98)


def initial_weights(task: Task) -> dict[str, np.ndarray]:
    """The random start, by weight name: standard deviation 1/√inputs for matrices, so q·k differs between heads.

    Embeddings have 1/√d_model where the Program scales them by √d_model; with pre-norm a third of it, smaller than the
    position codes at first, so that heads find out early where to look; what is added to the residual stream is
    smaller by √(2 · n_layers) (Radford et al. 2019); biases are 0.
    """
    spec = task.spec
    made = random_weights(task.program, spec.seed)
    for name, values in made.items():
        short = name.rsplit(".", 1)[-1]
        if short == "W_E" and (spec.scale_embed or spec.tied):
            values *= np.float32(spec.d_model**-0.5 / (3 if spec.norm == "pre" else 1))
        elif short in ("W_O", "W_out"):
            values *= np.float32((2 * spec.n_layers) ** -0.5)
        elif short.startswith("b_"):
            values[:] = 0
    return made


def loss_of(task: Learner, batch: TrainBatch, weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Mean cross-entropy −log p(target) in nats, weighed by what counts."""
    logits = task.logits(batch, weights)
    targets, counts = torch.from_numpy(batch.targets), torch.from_numpy(batch.counts)
    each = torch.nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none")
    return (each * counts.flatten()).sum() / counts.sum()


def held_out_loss(task: Learner, weights: Weights) -> float:
    """Mean loss on what no step saw."""
    tensors = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
    with torch.no_grad():
        losses = [(float(loss_of(task, batch, tensors)), float(batch.counts.sum())) for batch in task.held_out()]
    return sum(loss * count for loss, count in losses) / sum(count for _, count in losses)


@dataclass
class Run:
    """A training under way: parameters and Adam's moments by weight name, and how far it is."""

    weights: dict[str, np.ndarray]
    means: dict[str, np.ndarray]
    squares: dict[str, np.ndarray]
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    #: Mean loss of late steps, for progress and card.
    loss: float = float("nan")

    @classmethod
    def begin(cls, task: Learner) -> "Run":
        weights = task.initial()
        means, squares = ({name: np.zeros_like(one) for name, one in weights.items()} for _ in range(2))
        return cls(weights, means, squares)


def optimizer_of(parameters: Parameters, decay: float) -> torch.optim.AdamW:
    """AdamW; norms and biases are not drawn towards 0."""
    matrices = [one for one in parameters.values() if one.ndim > 1]
    vectors = [one for one in parameters.values() if one.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.0, betas=BETAS, fused=True)


def train(
    task: Learner,
    run: Run,
    reached: Callable[[Run], bool],
) -> None:
    """Train `run` to the end of the task's plan, in place.

    `reached` is called before the first step and after each, and says whether to go on. The run's arrays share memory
    with the parameters, so they are up to date then. One thread: the same seed gives the same bits.
    """
    torch.set_num_threads(1)
    plan = task.plan
    parameters = {name: torch.nn.Parameter(torch.from_numpy(values)) for name, values in run.weights.items()}
    optimizer = optimizer_of(parameters, plan.decay)
    for name, parameter in parameters.items():
        optimizer.state[parameter] = {
            "step": torch.tensor(float(run.step)),
            "exp_avg": torch.from_numpy(run.means[name]),
            "exp_avg_sq": torch.from_numpy(run.squares[name]),
        }
    while reached(run) and run.step < plan.steps:
        begun = time.perf_counter()
        batch = task.batch(run.step)
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(run.step)
        loss = loss_of(task, batch, parameters)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), plan.clip)
        optimizer.step()
        now = float(loss.detach())
        run.step += 1
        run.tokens += task.tokens_in(batch)
        run.loss = now if run.step == 1 else run.loss + (now - run.loss) / min(run.step, 200)
        run.seconds += time.perf_counter() - begun
