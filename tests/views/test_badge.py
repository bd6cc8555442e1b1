"""The shape badge."""

from PySide6.QtCore import QCoreApplication, QPointF, Qt, QTranslator
from PySide6.QtGui import QImage, QPainter

from tutor.views import theme
from tutor.views.badge import ShapeBadge, axis_label, badge_size, paint_badge

AXES = (("batch", 1), ("head", 4), ("query_pos", 16), ("key_pos", 16))


class Chinese(QTranslator):
    def isEmpty(self):  # Qt tells nobody about an empty translator
        return False

    def translate(self, context, text, disambiguation=None, n=-1):
        return {"batch": "批次", "key_pos": "键位置"}.get(text) if context == "axis" else None


def painted(look, axes, compact=False):
    size = badge_size(axes, look, compact)
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    painter = QPainter(image)
    rect = paint_badge(painter, QPointF(0, 0), axes, look, compact)
    painter.end()
    assert rect.size().toSize() == size
    return image


def test_a_bar_in_each_axis_colour(qapp):
    for look in (theme.LIGHT, theme.DARK):
        image = painted(look, AXES)
        found = {image.pixelColor(x, image.height() - 3).name() for x in range(image.width())}
        for name, _ in AXES:
            assert look.axis(name).name() in found


def test_sizes(qapp):
    wide, narrow = badge_size(AXES, theme.LIGHT), badge_size(AXES, theme.LIGHT, compact=True)
    assert narrow.width() < wide.width()
    assert narrow.height() == wide.height()
    assert 20 <= wide.height() <= 24
    assert badge_size((), theme.LIGHT).width() > 0, "a single number has a badge too"


def test_names_are_translated(qapp):
    assert axis_label("key_pos") == "key_pos"
    assert axis_label("my_axis") == "my_axis"
    translator = Chinese()
    QCoreApplication.installTranslator(translator)
    try:
        assert axis_label("key_pos") == "键位置"
    finally:
        QCoreApplication.removeTranslator(translator)


def test_widget_follows_language_and_scale(qtbot, qapp):
    badge = ShapeBadge(theme.LIGHT)
    qtbot.addWidget(badge)
    badge.set_axes(AXES)
    assert badge.size() == badge_size(AXES, theme.LIGHT)
    assert "head 4" in badge.accessibleName()
    translator = Chinese()
    QCoreApplication.installTranslator(translator)
    try:
        qapp.processEvents()
        assert "批次 1" in badge.accessibleName()
    finally:
        QCoreApplication.removeTranslator(translator)


def test_a_veil_gives_nothing_away(qtbot):
    badge = ShapeBadge(theme.LIGHT)
    qtbot.addWidget(badge)
    badge.set_axes(AXES)
    badge.set_veiled(True)
    assert "16" not in badge.accessibleName() + badge.toolTip()
    assert badge.width() < 40


def test_an_unknown_axis_gets_a_neutral_bar(qapp):
    image = painted(theme.LIGHT, (("my_axis", 3),))
    assert image.pixelColor(image.width() // 2, image.height() - 3) == theme.LIGHT.ctl
