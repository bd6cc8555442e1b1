"""What a family asks of a model folder, whichever way it is kept, and weights in the ways they are stored."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from tutor.engine.later import contiguous


class Read(Protocol):
    """Fetches one tensor as float32 by the first of the names that is there. Raises WeightsError naming the first."""

    def __call__(self, *names: str) -> np.ndarray: ...

    def has(self, name: str) -> bool:
        """Whether there is such a tensor."""
        ...


def linear(read: Read, theirs: str, prefix: str, ours: str) -> dict[str, np.ndarray]:
    """A torch.nn.Linear, kept [outputs, inputs]: `{prefix}W_{ours}` [inputs, outputs], and its bias if any."""
    found = {f"{prefix}W_{ours}": contiguous(read(f"{theirs}.weight").T)}
    if read.has(f"{theirs}.bias"):
        found[f"{prefix}b_{ours}"] = read(f"{theirs}.bias")
    return found


def norm(read: Read, theirs: str, ours: str) -> dict[str, np.ndarray]:
    """A norm's scale `{ours}.w`, and its shift `{ours}.b` where it has one."""
    found = {f"{ours}.w": read(f"{theirs}.weight")}
    if read.has(f"{theirs}.bias"):
        found[f"{ours}.b"] = read(f"{theirs}.bias")
    return found
