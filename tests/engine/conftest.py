"""The devices that parity is held on: the CPU, and CUDA wherever there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import samples


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture(params=("cpu", "cuda"))
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs of `samples.live`, and of tests that use `samples.DEVICE`, are on this device; one test for each."""
    if request.param == "cuda" and not _has_cuda():
        pytest.skip("there is no CUDA device here")
    import torch

    # Numbers of 10 bits in place of 23 would be no parity.
    assert torch.get_float32_matmul_precision() == "highest"
    monkeypatch.setattr(samples, "DEVICE", request.param)
    yield request.param
