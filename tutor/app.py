"""The composition root of the window: the only place that wires things together."""

from __future__ import annotations

import argparse
import gc
import sys
import traceback
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import (
    QEventLoop,
    QLibraryInfo,
    QLocale,
    QSettings,
    Qt,
    QTimer,
    QTranslator,
)
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from tutor import resources, work
from tutor.engine import kept, models
from tutor.engine_process import EngineProcess
from tutor.running import Engine
from tutor.views import style, theme
from tutor.views.learning import SETTING
from tutor.views.main_window import MainWindow

if TYPE_CHECKING:
    from logging import Logger

NAME = "transformer-tutor"
#: For how long a thread of Python may go on while the window's waits for its turn, in seconds. Python's own 5 ms add
#: up, since the window has to wait anew after each call of Qt.
_SWITCH_S = 0.0005


class Languages:
    """Installs the window's language: our own strings and Qt's."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._installed: list[QTranslator] = []
        self.current = "en"

    def use(self, language: str) -> None:
        """`en` or `zh_CN`; every open window is told by Qt itself."""
        for translator in self._installed:
            self._app.removeTranslator(translator)
        self._installed.clear()
        self.current = language
        QLocale.setDefault(QLocale(language))
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for directory, name in ((folder, f"qtbase_{language}"), (str(resources.path("i18n")), f"tutor_{language}")):
            translator = QTranslator(self._app)
            if translator.load(name, directory):
                self._app.installTranslator(translator)
                self._installed.append(translator)


def make_app(arguments: list[str]) -> QApplication:
    """The application object, ours or the one there is."""
    sys.setswitchinterval(_SWITCH_S)
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(arguments)
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("Transformer Tutor")
    app.setDesktopFileName(NAME)
    return app


def make_window(
    app: QApplication, settings: QSettings, look: str, language: str, percent: int = 100,
    engine: EngineProcess | None = None,
) -> MainWindow:  # fmt: skip
    """The window with its theme and language, not shown yet. Without a process for the engine it computes in this
    one."""
    base = replace(theme.DARK if look == "dark" else theme.LIGHT, font_scale=percent / 100)
    scaled = theme.apply(app, base, base.font_scale)
    style.install(app, scaled)
    languages = Languages(app)
    languages.use(language)
    scaled = replace(scaled, cjk=language.startswith("zh"))
    window = MainWindow(settings, (engine or Engine()).run, scaled, engine)
    window.languages = languages  # type: ignore[attr-defined]

    def choose(name: str) -> None:
        settings.setValue("language", name)
        languages.use(name)
        window.look_desk.set_cjk(name.startswith("zh"))
        _say_font(window, name)

    def ran(_run: object) -> None:
        _say_font(window, languages.current)

    window.look_desk.languageChosen.connect(choose)
    window.desk.ran.connect(ran)
    return window


def _say_font(window: MainWindow, language: str) -> None:
    # In English: without the font, Chinese would be boxes.
    if language.startswith("zh") and not chinese_font_is_there():
        window.say("No Chinese font was found: install one (Debian, Ubuntu: `sudo apt install fonts-noto-cjk`).")


def chinese_font_is_there() -> bool:
    """Whether some font on this system can show Chinese."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def settings_file() -> QSettings:
    """The learner's settings, in the folder their system keeps for them."""
    folder = Path(platformdirs.user_config_dir(NAME, appauthor=False))
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def type_size(settings: QSettings) -> int:
    """The learner's size of type in percent, 80 to 250; 100 where the settings hold no number."""
    try:
        return min(max(int(str(settings.value("type", 100))), 80), 250)
    except ValueError:
        return 100


def request(options: argparse.Namespace, texts: tuple[str, ...]) -> work.Request:
    """What the command line asks to be run. Raises SpecError or WeightsError."""
    name = options.model or models.DEFAULT
    model = models.find(name, options.layers)
    return work.Request(
        texts or model.samples() or ("",), name, options.layers, options.device, options.budget,
        tuple(options.target or ()),
    )  # fmt: skip


def first_trace(options: argparse.Namespace) -> Path | None:
    """What the window opens on where nothing is asked for: the shipped trace of the default model's sample sentence,
    which can be stepped through before torch is loaded. None where something else is asked for, or it is not there."""
    chosen = (options.text, options.model, options.layers, options.target, getattr(options, "code", None),
              options.changes.items or None)  # fmt: skip
    if any(one is not None for one in chosen):
        return None
    try:
        return resources.path("traces", f"{models.DEFAULT}.safetensors")
    except resources.ResourceMissing:
        return None


def run(options: argparse.Namespace, file: Path | None) -> int:
    """Open the window and stay until it is closed. Returns the exit status."""
    wanted = request(options, (options.text,) if options.text is not None and file is None else ())
    file = file or first_trace(options)
    app = make_app(sys.argv[:1])
    settings = settings_file()
    look = options.theme or str(settings.value("theme", "light"))
    language = options.language or str(settings.value("language", _system_language()))
    engine = EngineProcess()
    window = make_window(app, settings, look, language, type_size(settings), engine)
    log_problems(window, log_file())
    window.places.keep(kept.data_folder() / "sessions")
    window.recent.set_last(window.places.last())
    window.session.changes.begin(options.changes)
    if settings.value(SETTING) is None:
        settings.setValue(SETTING, "true")  # who begins is asked on the way; one click and it is off
    window.progress_path, window.offers_tour = kept.data_folder() / "progress.json", True
    window.settled.connect(_collect, Qt.ConnectionType.SingleShotConnection)
    if getattr(options, "code", None) is not None:
        window.desk.request = wanted  # where later runs are to be computed
        window.places.start_code(options.code)
    elif file is not None:
        window.desk.request = wanted  # where later runs are to be computed
        window.open(file)
        wait_for_picture(window)
    else:
        window.start(wanted)
    window.show()
    _say_font(window, language)
    start_soon(window, engine)
    try:
        return app.exec()
    finally:
        engine.close()


def start_soon(window: MainWindow, engine: EngineProcess) -> None:
    """Start the engine's process once the window shows what it opens on: what it loads would hold that up."""

    def start() -> None:
        window.settled.disconnect(start)
        engine.start()

    window.settled.connect(start)


def wait_for_picture(window: MainWindow, limit_ms: int = 300) -> None:
    """Wait until a file's first picture is in the window, or something is wrong with it: a small file takes less time
    than drawing a window twice, first without it. A large one is waited for in sight of its progress."""
    loop, limit = QEventLoop(), QTimer()
    limit.setSingleShot(True)
    for over in (window.stage_desk.shown, window.runner.idle, limit.timeout):
        over.connect(loop.quit)
    limit.start(limit_ms)
    loop.exec()
    for over in (window.stage_desk.shown, window.runner.idle):
        over.disconnect(loop.quit)


def _collect() -> None:
    """The window is there: what it was made of needs no second look, and garbage is collected from now on."""
    gc.freeze()
    gc.enable()


def _system_language() -> str:
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def log_file() -> Path:
    """Where problems are written down: in the folder that the learner's system keeps for an app's data."""
    return Path(platformdirs.user_data_dir(NAME, appauthor=False)) / "tutor.log"


def log_problems(window: MainWindow, log: Path) -> None:
    """What nobody caught goes to a log file and, as one sentence, to the window, which goes on. What the engine logs
    goes there, too, from when the window has its first picture: `logging` is not loaded before it is needed."""

    def hook(kind: type[BaseException], error: BaseException, trail: TracebackType | None) -> None:
        _logger(log).error("uncaught\n%s", "".join(traceback.format_exception(kind, error, trail)))
        window.report(kind.__name__, str(log))

    sys.excepthook = hook
    window.settled.connect(lambda: _logger(log), Qt.ConnectionType.SingleShotConnection)


@cache
def _logger(log: Path) -> Logger:
    """The logger of the program, which writes to a file, or to standard error where there can be none."""
    import logging

    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(log, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("tutor")
    logger.addHandler(handler)
    return logger
