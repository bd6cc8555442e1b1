"""The mask of a model that fills gaps: its button, its key, and the gap that is followed through the stages."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from tutor import work
from tutor.session import Session
from tutor.views import following
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.sentencebar import SentenceBar

MASK = "mask"


class MaskDesk(QObject):
    """Between the sentence bar, the engine and the Session.

    Signals:
        changed(str)  the text of the model's mask, "" for a model without
    """

    changed = Signal(str)

    def __init__(self, session: Session, desk: SentenceDesk, bar: SentenceBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._desk, self._bar = session, desk, bar
        self._model = self._known = self._mask = ""
        self._followed = False  # whether the token that is followed is a gap
        bar.maskWanted.connect(self.insert)
        desk.modelShown.connect(self._ask)
        desk.typing.runner.done.connect(self._done)
        for changed in (desk.ran, session.selectionChanged):
            changed.connect(self._find)

    def mask(self) -> str:
        """The text of the model's mask, "" for a model without."""
        return self._mask if self._known == self._model else ""

    def insert(self) -> None:
        """Put the model's mask where the cursor is in the sentence."""
        if self.mask():
            self._bar.box().setFocus()
            self._bar.box().put(self.mask())

    def _ask(self, model: str) -> None:
        """Another model runs next: its tokenizer, which may take a moment to read, knows its mask."""
        if model != self._model:
            self._model = model
            self._show()
            self._desk.typing.runner.submit(MASK, partial(_mask, model))

    def _done(self, channel: str, result: object) -> None:
        if channel == MASK and isinstance(result, tuple):
            self._known, self._mask = result
            self._show()
            self._find()

    def _show(self) -> None:
        self._bar.set_mask(self.mask())
        self.changed.emit(self.mask())

    def _find(self, _run: object = None) -> None:
        """Follow the first gap of the sentence on screen: its row is what the model is asked. A token that the learner
        follows is left alone where there is no gap."""
        session, mask = self._session, self.mask()
        trace = session.trace
        if trace is None or trace.target is not None or not self._desk.shows_its_run():
            return
        stream, row = trace.program.streams[0], trace.batch.rows[self._desk.row()]
        gaps = [at for at, token in enumerate(row) if mask and following.is_mask(token, mask)]
        with session.moves.together(more=True):  # the learner did not ask for it
            if not gaps and self._followed and stream in session.positions:
                session.follow(stream, None)
            elif gaps and session.positions.get(stream) not in gaps:
                session.follow(stream, gaps[0])
        self._followed = bool(gaps)


def _mask(model: str, job: work.Handle) -> tuple[str, str]:
    return model, work.mask_of(model)
