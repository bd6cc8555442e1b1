"""What helps when one is lost: the sheet of keys, what this program is, and what a report of a problem needs."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from tutor.session import Session
from tutor.views.sentence_desk import SentenceDesk


class HelpDesk(QObject):
    """The Help menu.

    Signals:
        said(str)  a sentence for the status line
    """

    said = Signal(str)

    def __init__(self, session: Session, desk: SentenceDesk, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._desk, self._window = session, desk, window
        self._last_error = ""

    def note_error(self, error: str) -> None:
        """What went wrong last, for a report."""
        self._last_error = error

    def show_keys(self) -> None:
        from tutor.views import dialogs

        dialogs.show_keys(self._window)

    def show_about(self) -> None:
        from tutor.views import dialogs

        dialogs.show_about(self._window)

    def diagnose(self) -> None:
        """Copy what a report of a problem needs."""
        from tutor.versions import versions

        trace, request = self._session.trace, self._desk.request
        lines = [
            *versions(),
            f"model {request.model}, layers {request.layers}, device {request.device}",
            f"trace {trace.spec.to_json() if trace is not None else None}",
            f"place {self._session.cursor.path} {self._session.cell}",
            f"computed on {trace.where if trace is not None else None}",
            f"last error: {self._last_error or 'none'}",
        ]
        QApplication.clipboard().setText("\n".join(lines))
        self.said.emit(self.tr("Diagnostics are on the clipboard: paste them into your report."))
