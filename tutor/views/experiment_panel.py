"""An experiment inside a lesson: what it asks, its controls, its plots, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from tutor.lessons.experiment import Control, Fact, Result, Unfit, Value
from tutor.lessons.markdown import Paragraph, Span, Target
from tutor.views.experiment_block import PlotBlock
from tutor.views.experiment_controls import Controls
from tutor.views.experiment_words import Says, number
from tutor.views.lessontext import Leads, LessonText, subscripts
from tutor.views.linktext import LinkText
from tutor.views.theme import Theme, font

#: How long work may take before it is said; before what is on screen is greyed.
PATIENCE_MS, _GREY_MS = 500, 200


class _Veil(QWidget):
    """Greys what is about to be replaced."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        cover = QColor(self.theme.pane)
        cover.setAlpha(150)
        painter.fillRect(self.rect(), cover)
        painter.end()


class Verdict(QWidget):
    """The answer, with a bar and a mark that say whether what the lesson claims holds here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._good = theme, True
        self.text = LessonText(theme)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.text)
        self.set_theme(theme)

    def set_verdict(self, good: bool, words: str) -> None:
        self._good = good
        self.text.set_blocks([Paragraph((Span(words),))], lambda target: None, {})
        said = self.tr("The claim holds here: {words}") if good else self.tr("The claim does not hold here: {words}")
        self.setAccessibleName(said.format(words=words))
        self.setToolTip(self.tr("The claim holds here") if good else self.tr("The claim does not hold here"))
        self.update()

    def good(self) -> bool:
        return self._good

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.text.set_theme(theme)
        left, line = round(theme.px(26)), round(theme.px(3))
        self._column.setContentsMargins(left, line, 0, line)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.ok if self._good else theme.err
        painter.fillRect(QRect(0, 0, round(theme.px(3)), self.height()), colour)
        painter.setPen(QPen(colour, theme.px(1.8)))
        x, y, s = theme.px(9), theme.px(8), theme.px(9)
        if self._good:
            painter.drawPolyline([QPointF(x, y + s * 0.5), QPointF(x + s * 0.35, y + s * 0.9),
                                  QPointF(x + s, y + s * 0.1)])  # fmt: skip
        else:
            painter.drawLine(QPointF(x, y), QPointF(x + s, y + s))
            painter.drawLine(QPointF(x + s, y), QPointF(x, y + s))
        painter.end()


class ExperimentPanel(QFrame):
    """One experiment.

    Signals:
        changed(object)   settings by key: something was changed by hand
        cancelled()       what is being computed is not wanted
        wanted()          compute it, after it was cancelled
        pointed(object)   the `Leads` under the pointer or the keys; None for none
        followed(object)  a `Leads` was clicked, or chosen with Enter
    """

    changed = Signal(object)
    cancelled = Signal()
    wanted = Signal()
    pointed = Signal(object)
    followed = Signal(object)

    def __init__(
        self, theme: Theme, key: str, language: str, resolve: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        """`resolve` gives the full name of a tensor on the run on screen, "" where it has none such."""
        super().__init__(parent)
        self.key = key
        self._theme, self._says, self._resolve = theme, Says(key, language), resolve
        self._result: Result | None = None
        self._blocks: list[PlotBlock] = []
        self._title, self._settings = QLabel(), QLabel()
        self._about = LessonText(theme, "dense", "ink2")
        self.controls = Controls(theme, self._says)
        self._bar, self._stop = QProgressBar(), QPushButton()
        self._problem = LessonText(theme, "dense", "err")
        self._verdict = Verdict(theme)
        self._facts = LinkText()
        self._facts.setProperty("paintsFocus", True)  # the link that the keys are at is marked
        self._notes = LessonText(theme, "dense", "ink2")
        self._results = QWidget()
        self._veil = _Veil(theme, self._results)
        self._busy = QWidget()
        self._patience, self._greying = QTimer(self), QTimer(self)
        self._build()
        self.set_theme(theme)
        self.retranslate()

    def _build(self) -> None:
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setWordWrap(True)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._settings.setTextFormat(Qt.TextFormat.RichText)
        self._settings.setWordWrap(True)
        self._settings.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._bar.setTextVisible(False)
        busy = QHBoxLayout(self._busy)
        busy.setContentsMargins(0, 0, 0, 0)
        busy.addWidget(self._bar, 1)
        busy.addWidget(self._stop)
        results = QVBoxLayout(self._results)
        results.setContentsMargins(0, 4, 0, 0)
        results.setSpacing(8)
        self._column = results
        below: tuple[QWidget, ...] = (self._verdict, self._facts, self._notes, self._settings)
        for widget in below:
            results.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 8)
        column.setSpacing(6)
        for widget in (self._title, self._about, self.controls, self._busy, self._problem, self._results):
            column.addWidget(widget)
        self._busy.hide()
        self._problem.hide()
        self._results.hide()
        for timer, after, slot in ((self._patience, PATIENCE_MS, self._busy.show),
                                   (self._greying, _GREY_MS, self._veil.show)):  # fmt: skip
            timer.setSingleShot(True)
            timer.setInterval(after)
            timer.timeout.connect(slot)
        self.controls.changed.connect(self.changed)
        self._stop.clicked.connect(self.cancelled)
        self._facts.pointed.connect(self.pointed)
        self._facts.followed.connect(self.followed)
        self._problem.followed.connect(self._try_again)

    # What is shown ------------------------------------------------------------------------------------------

    def set_controls(self, controls: Sequence[Control], settings: Mapping[str, Value]) -> None:
        self.controls.set_controls(controls, settings)

    def set_busy(self, busy: bool) -> None:
        """It is being computed, or no longer. What was found before is greyed until it is replaced."""
        if busy:
            self._problem.hide()
            self._bar.setRange(0, 0)
            if not self._patience.isActive() and not self._busy.isVisibleTo(self):
                self._patience.start()
            if not self._greying.isActive():
                self._greying.start()
        else:
            self._patience.stop()
            self._greying.stop()
            self._busy.hide()
            self._veil.hide()

    def set_progress(self, done: float) -> None:
        self._bar.setRange(0, 100)
        self._bar.setValue(round(100 * done))

    def progress(self) -> QProgressBar:
        return self._bar

    def stop_button(self) -> QPushButton:
        return self._stop

    def is_greyed(self) -> bool:
        return self._veil.isVisibleTo(self)

    def set_result(self, result: Result) -> None:
        """Show what was found."""
        self._result = result
        self.set_busy(False)
        self._problem.hide()
        for at, plot in enumerate(result.plots):
            if at == len(self._blocks):
                block = PlotBlock(self._theme, self._says)
                block.tensorChosen.connect(self._go_tensor)
                self._blocks.append(block)
                self._column.insertWidget(at, block)
            self._blocks[at].set_plot(plot)
        while len(self._blocks) > len(result.plots):
            block = self._blocks.pop()
            self._column.removeWidget(block)
            block.hide()
            block.deleteLater()
        self._say()
        self._results.show()
        self._veil.raise_()
        self._veil.resize(self._results.size())

    def result(self) -> Result | None:
        return self._result

    def blocks(self) -> list[PlotBlock]:
        """Its plots, in order."""
        return list(self._blocks)

    def set_problem(self, words: str, offer: str = "", keep: bool = False) -> None:
        """One sentence on why there is nothing to see; `offer` is a link to what would mend it. `keep` leaves what was
        found before on screen."""
        self.set_busy(False)
        spans = [Span(words)]
        if offer:
            spans += [Span(" "), Span(offer, link=Target("experiment", self.key))]
        self._problem.set_blocks([Paragraph(tuple(spans))], Leads, {})
        self._problem.show()
        if not keep:
            self._results.hide()

    def problem(self) -> str:
        return self._problem.text() if self._problem.isVisibleTo(self) else ""

    def verdict(self) -> Verdict:
        return self._verdict

    def unfit(self, why: Unfit) -> str:
        """The sentence that says why it cannot be done here."""
        return self._says.unfit(why)

    def facts(self) -> LinkText:
        return self._facts

    def _try_again(self, lead: object) -> None:
        self._problem.hide()
        self.wanted.emit()

    def _say(self) -> None:
        """The sentences of the result, in the language of the lesson."""
        result = self._result
        if result is None:
            return
        said = self._says.text("verdicts", result.verdict.key, result.verdict.numbers)
        self._verdict.set_verdict(result.claim, said)
        notes = tuple(
            Paragraph((Span(self._says.text("notes", one.key, one.numbers)),)) for one in result.notes
        )  # fmt: skip
        self._notes.setVisible(bool(notes))
        self._notes.set_blocks(notes, lambda target: None, {})
        self._facts.setVisible(bool(result.facts))
        self._say_facts(result.facts)
        made = [
            f"{subscripts(self._says.text('controls', key))} {escape(self._worded(value))}"
            for key, value in result.settings.items()
        ]
        self._settings.setText(self.tr("Made with: {settings}").format(settings=self.tr(", ").join(made)))
        self._settings.setVisible(bool(made))

    def _worded(self, value: Value) -> str:
        if isinstance(value, bool):
            return self.tr("on") if value else self.tr("off")
        return self._says.option(value) if isinstance(value, str) else number(value)

    def _say_facts(self, facts: Sequence[Fact]) -> None:
        theme, rows = self._theme, []
        links: list[Leads] = []
        for one in facts:
            name = self._resolve(one.tensor) if one.tensor else ""
            value = escape(number(one.value))
            if name:
                value = (f'<a href="{len(links)}" style="color:{theme.accentink.name()};text-decoration:underline">'
                         f"{value}</a>")  # fmt: skip
                links.append(Leads(Target("tensor", one.tensor), name))
            label = subscripts(self._says.text("facts", one.key))
            rows.append(f'<tr><td style="padding:1px 8px 1px 0;color:{theme.ink2.name()}">{label}</td>'
                        f'<td align="right" style="padding:1px 4px 1px 0"><b>{value}</b></td></tr>')  # fmt: skip
        html = f'<table width="100%" cellspacing="0" style="color:{theme.ink.name()}">{"".join(rows)}</table>'
        self._facts.set_html(html, links)  # type: ignore[arg-type]

    def _go_tensor(self, tensor: str) -> None:
        name = self._resolve(tensor)
        if name:
            self.followed.emit(Leads(Target("tensor", tensor), name))

    def first_focus(self) -> QWidget:
        return self.controls.first_focus()

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._veil.theme = theme
        self._title.setFont(font(theme, "body", True))
        for widget in (self._settings, self._stop):
            widget.setFont(font(theme, "caption"))
        colours = self._settings.palette()
        colours.setColor(self._settings.foregroundRole(), theme.ink3)
        self._settings.setPalette(colours)
        self._facts.set_face(font(theme, "dense"))
        self._facts.set_ground(theme.accentbg)
        for view in (self._about, self._problem, self._notes):
            view.set_theme(theme)
        self.controls.set_theme(theme)
        self._verdict.set_theme(theme)
        for block in self._blocks:
            block.set_theme(theme)
        self._say()
        self.update()

    def retranslate(self) -> None:
        title = self._says.title()
        self._title.setText(self.tr("Experiment: {title}").format(title=subscripts(title)))
        self._about.set_blocks([Paragraph((Span(self._says.about()),))], lambda target: None, {})
        self._stop.setText(self.tr("Cancel"))
        self._bar.setAccessibleName(self.tr("Progress of the experiment"))
        self.setAccessibleName(self.tr("Experiment: {title}").format(title=title))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._veil.resize(self._results.size())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, 0, self.width(), 1), self._theme.line)
        painter.end()
