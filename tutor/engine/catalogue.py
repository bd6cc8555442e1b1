"""What there is to say of every model by its name: the list that the command line prints and the window shows."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from tutor.engine import axes as ax
from tutor.engine import families, gguf_model, kept, models, shipped
from tutor.engine.records import dataclass
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.weights import WeightsError, load_spec


class State(Enum):
    """Where a model's weights are."""

    RANDOM = "random weights"
    SHIPPED = "ships with the app"
    KEPT = "in your data folder"
    ON_REQUEST = "on request"


@dataclass(frozen=True)
class Entry:
    """One model of the list. What is not known is "" or 0.

    Attributes:
        what: what it is, one line. size: bytes of its file, or of its download where it is on request.
        note: how its numbers differ from the published ones. sample: a good first sentence.
        problem: why it cannot be opened, as a sentence with the mend; "" where it can.
    """

    name: str
    state: State
    what: str = ""
    family: str = ""
    n_layers: int = 0
    n_heads: int = 0
    d_model: int = 0
    parameters: int = 0
    licence: str = ""
    note: str = ""
    size: int = 0
    sample: str = ""
    problem: str = ""


def entries() -> tuple[Entry, ...]:
    """Every model that is there, the default first, then those on request. No weights are read."""
    there = models.names()
    return (*(entry(name) for name in there), *(entry(name) for name in kept.OFFERS if name not in there))


def entry(name: str) -> Entry:
    """What there is to say of a model: one that is there, or one on request. Raises SpecError for another name."""
    presets = families.presets()
    if name in presets:
        return _described(Entry(name, State.RANDOM, families.about(name)), presets[name], families.samples(name))
    folder, file = shipped.folder(name), kept.path(name)
    if folder is None and file is None and name not in kept.OFFERS:
        models.find(name)  # says what there is
        raise SpecError(f"{name!r:.60} is no model's name: choose one of {', '.join(models.names())}.")
    if folder is None and name in kept.OFFERS:
        return _offered(kept.OFFERS[name], file)
    try:
        return _shipped(name, folder) if folder is not None else _foreign(name, kept.place(name))
    except (SpecError, WeightsError) as error:
        # One broken model must not hide the others.
        return Entry(name, State.SHIPPED if folder is not None else State.KEPT, problem=str(error))


def card(name: str) -> str:
    """A model's card in Markdown; "" where it has none."""
    folder = shipped.folder(name)
    if folder is None:
        return kept.card(name) if name in kept.OFFERS else ""
    try:
        return (folder / shipped.CARD_FILE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def summary(card: str) -> str:
    """What a card says first of its model: the first sentence under the title, without a full stop."""
    paragraphs = [one.strip() for one in re.split(r"\n\s*\n", card)]
    told = next((one for one in paragraphs if one and one[0] not in "#|>"), "")
    return re.split(r"\.(?:\s|$)", " ".join(told.split()), maxsplit=1)[0]


def row(card: str, title: str) -> str:
    """A row of a card's table, "" where there is none."""
    found = re.search(rf"^\|\s*{re.escape(title)}\s*\|\s*(.*?)\s*\|\s*$", card, re.MULTILINE)
    return found[1] if found else ""


def _offered(offer: kept.Offer, file: Path | None) -> Entry:
    return Entry(
        offer.name, State.ON_REQUEST if file is None else State.KEPT, offer.what, offer.family, offer.blocks,
        offer.heads, offer.d_model, offer.parameters, offer.licence, offer.note,
        offer.wheel_bytes if file is None else offer.bytes, next(iter(offer.samples), ""),
    )  # fmt: skip


def _shipped(name: str, folder: Path) -> Entry:
    told = card(name)
    size = sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())
    made = Entry(name, State.SHIPPED, summary(told), licence=row(told, "licence"), size=size)
    return _described(made, load_spec(folder), shipped.samples(folder))


def _foreign(name: str, file: Path) -> Entry:
    made = Entry(name, State.KEPT, "a model of your own", size=file.stat().st_size)
    return _described(made, gguf_model.load_spec(file))


def _described(made: Entry, spec: ModelSpec, samples: tuple[str, ...] = ()) -> Entry:
    parameters = sum(ax.count(weight.axes) for weight in families.program(spec).weights)
    return Entry(
        made.name, made.state, made.what, spec.family, spec.n_layers, spec.n_heads, spec.d_model, parameters,
        made.licence, spec.note, made.size, next(iter(samples), ""),
    )  # fmt: skip
