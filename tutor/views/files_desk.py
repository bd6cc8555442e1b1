"""What is opened and saved: traces, model folders, model files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tutor import sessionfile
from tutor.engine import models
from tutor.session import Session
from tutor.views.sentence_desk import SentenceDesk

#: What a package on request is: a wheel, of which the model file alone is taken.
PACKAGE = ".whl"


class FilesDesk(QObject):
    """Between the file dialogs and the sentence desk, which does the work.

    Signals:
        sessionChosen(object)  a session file is to be opened: its path
        packageChosen(object)  a package that holds a model is to be added: its path
    """

    sessionChosen = Signal(object)
    packageChosen = Signal(object)

    def __init__(self, session: Session, desk: SentenceDesk, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._desk, self._window = session, desk, window

    def open(self, path: Path) -> None:
        """Open a session or a saved trace, or run a model folder or file on the sentence in the box. A package that
        holds a model is unpacked into the data folder first."""
        if sessionfile.is_session(path):
            self.sessionChosen.emit(path)
        elif path.suffix.lower() == PACKAGE:
            self.packageChosen.emit(path)
        elif path.is_dir() or models.is_model_file(path):
            self._desk.use_model(str(path))
        else:
            self._desk.open(path)

    def open_file(self) -> None:
        name = self.ask_open()
        if name:
            self.open(Path(name))

    def open_model(self) -> None:
        name = self.ask_folder()
        if name:
            self.open(Path(name))

    def save_trace(self) -> None:
        trace = self._session.trace
        name = self.ask_save() if trace is not None else ""
        if name and trace is not None:
            path = Path(name)
            self._desk.save(trace, path if path.suffix else path.with_suffix(".safetensors"))

    def ask_open(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        kinds = self.tr("Saved traces, sessions and model files (*.safetensors *.tutor *.gguf *.whl)")
        return QFileDialog.getOpenFileName(self._window, self.tr("Open a saved trace or model file"), "", kinds)[0]

    def ask_folder(self) -> str:
        """The folder dialog, apart so that a test can answer in its place."""
        return QFileDialog.getExistingDirectory(self._window, self.tr("Open a model folder"))

    def ask_save(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        kinds = self.tr("Saved traces (*.safetensors)")
        return QFileDialog.getSaveFileName(self._window, self.tr("Save this trace"), "trace.safetensors", kinds)[0]
