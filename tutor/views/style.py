"""The style: Fusion with flat fields and buttons of 4 px corners, and one focus ring for every stock widget.

The ring is Qt's own QFocusFrame: a frame that lies above the focused widget and 2 px outside it, so that it needs no
room in layouts and every button keeps its exact size. Painted views that mark the focus themselves (a cell, a chip)
say so with the property "paintsFocus". Item views and other scroll areas fill their panes: they get it inside.

A button with the property "primary", and a dialogue's default button, is filled with the accent. Tool buttons with
the property "segment" set to "first", "middle" or "last" join into one control.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter, QPainterPath, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QFocusFrame,
    QProxyStyle,
    QPushButton,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QStyleOptionToolButton,
    QToolBar,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from tutor.views import styleparts
from tutor.views.focusring import FocusRing
from tutor.views.icons import paint_icon
from tutor.views.paint import frame
from tutor.views.theme import RADIUS, Theme, metrics

_State, _CE, _CC, _PE, _PM = (QStyle.StateFlag, QStyle.ControlElement, QStyle.ComplexControl,
                              QStyle.PrimitiveElement, QStyle.PixelMetric)


class TutorStyle(QProxyStyle):
    """Fusion with this theme's buttons, fields and focus ring."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Fusion")
        self.theme = theme

    # Buttons ------------------------------------------------------------------------------------------------

    def _primary(self, option: QStyleOption, widget: QWidget | None) -> bool:
        if widget is not None and widget.property("primary"):
            return True
        return isinstance(option, QStyleOptionButton) and bool(
            option.features & QStyleOptionButton.ButtonFeature.DefaultButton)

    def _colours(self, option: QStyleOption, primary: bool) -> tuple[QColor, QColor]:
        """Fill and border of a button in its state."""
        theme, state = self.theme, option.state
        if not state & _State.State_Enabled:
            return theme.pane, theme.line
        if primary:
            lively = state & (_State.State_MouseOver | _State.State_Sunken)
            return (theme.accentink if lively else theme.accent), theme.accent
        if state & _State.State_Sunken:
            return theme.line, theme.ctl
        if state & (_State.State_On | _State.State_MouseOver):
            return theme.accentbg, theme.ctl
        return theme.pane, theme.ctl

    def _panel(self, painter: QPainter, option: QStyleOption, widget: QWidget | None, segment: str) -> None:
        primary = self._primary(option, widget)
        fill, border = self._colours(option, primary)
        rect, radius = QRectF(option.rect), float(RADIUS)
        painter.save()
        if segment:  # neighbours share a border: each but the first reaches one pixel to the left, unseen
            painter.setClipRect(rect)
            rect.adjust(0 if segment == "first" else -1, 0, 0 if segment == "last" else radius * 2, 0)
            if segment == "middle" or segment == "last":
                rect.adjust(-radius * 2 + (1 if segment else 0), 0, 0, 0)
        frame(painter, rect, border, 1, radius, fill)
        if segment in ("middle", "last"):
            painter.setPen(QPen(self.theme.line, 1))
            painter.drawLine(option.rect.left(), option.rect.top() + 1, option.rect.left(), option.rect.bottom() - 1)
        painter.restore()

    def drawPrimitive(self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter,
                      widget: QWidget | None = None) -> None:
        theme = self.theme
        if element == _PE.PE_FrameFocusRect:
            return  # the focus frame says it
        if element == _PE.PE_PanelButtonCommand:
            self._panel(painter, option, widget, "")
        elif element == _PE.PE_PanelButtonTool:
            flat = isinstance(widget, QToolButton) and widget.autoRaise()
            busy = option.state & (_State.State_On | _State.State_Sunken | _State.State_MouseOver)
            if not flat or (busy and option.state & _State.State_Enabled):
                self._panel(painter, option, widget, str(widget.property("segment") or "") if widget else "")
        elif element == _PE.PE_PanelLineEdit:
            if widget is not None and isinstance(widget.parentWidget(), QAbstractSpinBox):
                return  # the spin box has drawn its own field
            wrong = widget is not None and bool(widget.property("error"))
            enabled = option.state & _State.State_Enabled
            border = theme.err if wrong else theme.ctl if enabled else theme.line
            frame(painter, QRectF(option.rect), border, 2 if wrong else 1, RADIUS, theme.field)
        elif element in (_PE.PE_IndicatorCheckBox, _PE.PE_IndicatorItemViewItemCheck):
            on, partial = (bool(option.state & flag) for flag in (_State.State_On, _State.State_NoChange))
            styleparts.check_mark(painter, QRectF(option.rect), theme, on or partial, partial,
                                  bool(option.state & _State.State_Enabled))
        elif element == _PE.PE_IndicatorRadioButton:
            styleparts.radio_mark(painter, QRectF(option.rect), theme, bool(option.state & _State.State_On),
                                  bool(option.state & _State.State_Enabled))
        elif element == _PE.PE_FrameTabBarBase:
            base = QRectF(option.rect)
            painter.fillRect(QRectF(base.left(), base.bottom() - 1, base.width(), 1), theme.line)
        elif element == _PE.PE_IndicatorArrowDown:
            paint_icon(painter, "chevron-down", QRectF(option.rect), theme.ink2)
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter,
                    widget: QWidget | None = None) -> None:
        if element == _CE.CE_FocusFrame:
            radius = 0 if self._inside(widget) else RADIUS + 3
            frame(painter, QRectF(option.rect), self.theme.accent, 2, radius)
            return
        if element == _CE.CE_TabBarTabShape:
            state = option.state
            styleparts.tab(painter, QRectF(option.rect), self.theme, bool(state & _State.State_Selected),
                           bool(state & _State.State_MouseOver))
            return
        if element == _CE.CE_TabBarTabLabel:
            chosen = option.state & _State.State_Selected
            colour = self.theme.accentink if chosen else self.theme.ink2
            for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
                option.palette.setColor(role, colour)
        elif element == _CE.CE_HeaderSection:
            styleparts.header_cell(painter, QRectF(option.rect), self.theme)
            return
        elif element in (_CE.CE_ProgressBarGroove, _CE.CE_ProgressBarContents, _CE.CE_ProgressBarLabel):
            if element == _CE.CE_ProgressBarContents and isinstance(option, QStyleOptionProgressBar):
                span = option.maximum - option.minimum
                share = (option.progress - option.minimum) / span if span > 0 else None
                styleparts.progress(painter, QRectF(option.rect), self.theme, share, time.monotonic() / 2 % 1)
            return
        elif element == _CE.CE_PushButtonLabel and isinstance(option, QStyleOptionButton):
            enabled = option.state & _State.State_Enabled
            colour = self.theme.onaccent if self._primary(option, widget) else self.theme.ink
            option.palette.setColor(QPalette.ColorRole.ButtonText, colour if enabled else self.theme.ink3)
        elif (element == _CE.CE_ToolButtonLabel and isinstance(option, QStyleOptionToolButton)
              and self._tool_label(option, painter)):
            return
        super().drawControl(element, option, painter, widget)

    def _tool_label(self, option: QStyleOptionToolButton, painter: QPainter) -> bool:
        """Icon and text of a tool button, centred together; False where Fusion's own label will do."""
        theme, enabled = self.theme, bool(option.state & _State.State_Enabled)
        on = bool(option.state & _State.State_On)
        colour = theme.ink3 if not enabled else theme.accentink if on else theme.ink
        style = option.toolButtonStyle
        beside = style == Qt.ToolButtonStyle.ToolButtonTextBesideIcon and not option.icon.isNull()
        worded = option.text and (beside or style == Qt.ToolButtonStyle.ToolButtonTextOnly)
        if not worded or option.features & QStyleOptionToolButton.ToolButtonFeature.HasMenu:
            option.palette.setColor(QPalette.ColorRole.ButtonText, colour)
            return False
        face = QFont(option.font)
        face.setWeight(QFont.Weight.DemiBold if on else QFont.Weight.Normal)
        measure, rect = QFontMetricsF(face), QRectF(option.rect)
        side, gap = (option.iconSize.width(), theme.px(6)) if beside else (0, 0)
        room = rect.width() - side - gap - 4
        text = measure.elidedText(option.text.replace("&", ""), Qt.TextElideMode.ElideRight, room)
        left = rect.center().x() - (side + gap + measure.horizontalAdvance(text)) / 2
        if beside:
            mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
            box = QRect(round(left), round(rect.center().y() - side / 2), side, side)
            state = QIcon.State.On if on else QIcon.State.Off
            option.icon.paint(painter, box, Qt.AlignmentFlag.AlignCenter, mode, state)
        painter.setFont(face)
        painter.setPen(colour)
        painter.drawText(QRectF(left + side + gap, rect.top(), rect.width(), rect.height()),
                         Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
        return True

    def drawComplexControl(self, control: QStyle.ComplexControl, option: QStyleOptionComplex, painter: QPainter,
                           widget: QWidget | None = None) -> None:
        if control == _CC.CC_ComboBox and isinstance(option, QStyleOptionComboBox):
            self._combo(painter, option, widget)
        elif control == _CC.CC_SpinBox and isinstance(option, QStyleOptionSpinBox):
            self._spin(painter, option, widget)
        elif control == _CC.CC_ScrollBar and isinstance(option, QStyleOptionSlider):
            part = QStyle.SubControl.SC_ScrollBarSlider
            lively = option.activeSubControls == part and option.state & (_State.State_MouseOver | _State.State_Sunken)
            handle = QRectF(self.subControlRect(control, option, part, widget))
            if option.maximum > option.minimum:
                styleparts.scroll_handle(painter, handle, self.theme, bool(lively))
        elif control == _CC.CC_Slider and isinstance(option, QStyleOptionSlider):
            groove, handle = (QRectF(self.subControlRect(control, option, part, widget)) for part in
                              (QStyle.SubControl.SC_SliderGroove, QStyle.SubControl.SC_SliderHandle))
            styleparts.slider(painter, groove, handle, self.theme, option.orientation == Qt.Orientation.Horizontal,
                              bool(option.state & _State.State_Enabled))
        else:
            super().drawComplexControl(control, option, painter, widget)

    def _combo(self, painter: QPainter, option: QStyleOptionComboBox, widget: QWidget | None) -> None:
        fill, border = self._colours(option, False)
        if fill == self.theme.pane:
            fill = self.theme.field
        frame(painter, QRectF(option.rect), border, 1, RADIUS, fill)
        arrow = self.subControlRect(_CC.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxArrow, widget)
        side = self.theme.px(12)
        box = QRectF(0, 0, side, side)
        box.moveCenter(QRectF(arrow).center())
        enabled = option.state & _State.State_Enabled
        paint_icon(painter, "chevron-down", box, self.theme.ink2 if enabled else self.theme.ink3)

    def _spin(self, painter: QPainter, option: QStyleOptionSpinBox, widget: QWidget | None) -> None:
        theme, enabled = self.theme, option.state & _State.State_Enabled
        rect = QRectF(option.rect)
        frame(painter, rect, theme.ctl if enabled else theme.line, 1, RADIUS, theme.field)
        outline = QPainterPath()
        outline.addRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        for part, allowed, turned in (
            (QStyle.SubControl.SC_SpinBoxUp, option.stepEnabled & option.stepEnabled.StepUpEnabled, True),
            (QStyle.SubControl.SC_SpinBoxDown, option.stepEnabled & option.stepEnabled.StepDownEnabled, False),
        ):
            area = QRectF(self.subControlRect(_CC.CC_SpinBox, option, part, widget))
            if option.activeSubControls == part and enabled and allowed:
                painter.save()
                painter.setClipPath(outline)
                painter.fillRect(area, theme.line if option.state & _State.State_Sunken else theme.accentbg)
                painter.restore()
            side = min(theme.px(10), area.height())
            painter.save()
            painter.translate(area.center())
            painter.rotate(180 if turned else 0)
            paint_icon(painter, "chevron-down", QRectF(-side / 2, -side / 2, side, side),
                       theme.ink2 if enabled and allowed else theme.ctl)
            painter.restore()

    # Measures -----------------------------------------------------------------------------------------------

    def _inside(self, ring: QWidget | None) -> bool:
        return isinstance(ring, QFocusFrame) and isinstance(ring.widget(), QAbstractScrollArea)

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        result = super().subElementRect(element, option, widget)  # type: ignore[arg-type]
        if element == QStyle.SubElement.SE_LineEditContents:
            inset = round(self.theme.px(5))
            result.adjust(inset, 0, -inset, 0)
        return result

    def subControlRect(self, control: QStyle.ComplexControl, option: QStyleOptionComplex, part: QStyle.SubControl,
                       widget: QWidget | None = None) -> QRect:
        result = super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        if control == _CC.CC_ComboBox and part == QStyle.SubControl.SC_ComboBoxEditField:
            result.adjust(round(self.theme.px(4)), 0, 0, 0)
        return result

    def pixelMetric(self, metric: QStyle.PixelMetric, option: QStyleOption | None = None,
                    widget: QWidget | None = None) -> int:
        if metric in (_PM.PM_FocusFrameHMargin, _PM.PM_FocusFrameVMargin):  # of the ring, and of the text in lists
            return 0 if self._inside(widget) else 4
        if metric in (_PM.PM_ButtonShiftHorizontal, _PM.PM_ButtonShiftVertical, _PM.PM_ButtonDefaultIndicator):
            return 0
        if metric in (_PM.PM_IndicatorWidth, _PM.PM_IndicatorHeight, _PM.PM_ExclusiveIndicatorWidth,
                      _PM.PM_ExclusiveIndicatorHeight, _PM.PM_SliderLength, _PM.PM_SliderControlThickness):
            return round(self.theme.px(16))
        if metric == _PM.PM_TabBarTabHSpace:
            return round(self.theme.px(13))
        if metric == _PM.PM_ScrollBarExtent:
            return round(self.theme.px(10))
        if metric == _PM.PM_ScrollBarSliderMin:
            return round(self.theme.px(28))
        if metric in (_PM.PM_ButtonIconSize, _PM.PM_SmallIconSize, _PM.PM_ToolBarIconSize):
            return round(self.theme.px(16))
        return super().pixelMetric(metric, option, widget)

    def sizeFromContents(self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize,
                         widget: QWidget | None = None) -> QSize:
        result = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        least = None
        if kind == QStyle.ContentsType.CT_PushButton:
            least = round(metrics(self.theme, "body").height() + self.theme.px(12))
            result.setWidth(max(size.width() + round(self.theme.px(20)), least))
        elif kind == QStyle.ContentsType.CT_ToolButton and not isinstance(
                widget.parentWidget() if widget else None, QToolBar):
            least = round(metrics(self.theme, "dense").height() + self.theme.px(9))
            # Measured bold, so that checking a button moves nothing.
            result.setWidth(max(size.width() + round(self.theme.px(16)), least))
        elif kind in (QStyle.ContentsType.CT_LineEdit, QStyle.ContentsType.CT_ComboBox,
                      QStyle.ContentsType.CT_SpinBox):
            least = round(metrics(self.theme, "body").height() + self.theme.px(12))
        if least is not None:
            result.setHeight(max(least, size.height()))
        return result


class RingStyle(TutorStyle):
    """The focus ring's own: Qt asks any style for some three thousand hints while a window is made, each of them some
    microseconds where Python answers, and only the ring wants another answer."""

    def styleHint(self, hint: QStyle.StyleHint, option: QStyleOption | None = None, widget: QWidget | None = None,
                  returnData: QStyleHintReturn | None = None) -> int:
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1  # lets the frame live in the window or viewport, so that it never becomes a splitter's pane
        return super().styleHint(hint, option, widget, returnData)


def install(app: QApplication, theme: Theme) -> TutorStyle:
    """Gives the application this style, once; later calls only change the theme. Call after `theme.apply`."""
    style = app.property("tutorStyle")
    if isinstance(style, TutorStyle) and isValid(style):
        style.theme = theme
        ring = app.findChild(FocusRing)
        if ring is not None and isinstance(ring.style, TutorStyle):
            ring.style.theme = theme
        for widget in app.topLevelWidgets():
            widget.update()
        return style
    style = TutorStyle(theme)
    app.setStyle(style)
    app.setProperty("tutorStyle", style)
    if app.findChild(FocusRing) is None:
        FocusRing(app, RingStyle(theme))
    return style


def primary(button: QPushButton, icon: QIcon | None = None) -> QPushButton:
    """Marks the one button of a pane that does the main thing."""
    button.setProperty("primary", True)
    if icon is not None:
        button.setIcon(icon)
    return button
