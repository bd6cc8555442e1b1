"""Whether a window can open is decided before Qt could abort."""

from __future__ import annotations

import pytest

from tutor import display

LINUX = "linux"


@pytest.fixture
def everything_loads(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every library loads but those in the set."""
    missing: set[str] = set()
    monkeypatch.setattr(display, "_loads", lambda library: library not in missing)
    monkeypatch.setattr(display, "_answers", lambda name: True)
    return missing


def test_nothing_is_wrong(everything_loads: set[str]) -> None:
    assert display.problem({"DISPLAY": ":0"}, LINUX) == ""
    assert display.problem({"WAYLAND_DISPLAY": "wayland-0"}, LINUX) == ""


def test_no_display_at_all(everything_loads: set[str]) -> None:
    sentence = display.problem({}, LINUX)
    assert "DISPLAY" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_are_not_asked(everything_loads: set[str], platform: str) -> None:
    everything_loads.update(display.LIBRARIES)
    assert display.problem({}, platform) == ""


def test_offscreen_needs_no_display(everything_loads: set[str]) -> None:
    everything_loads.update(display.LIBRARIES)
    assert display.problem({"QT_QPA_PLATFORM": "offscreen"}, LINUX) == ""
    assert display.problem({"QT_QPA_PLATFORM": "xcb"}, LINUX) != ""


@pytest.mark.parametrize("library", [*display.LIBRARIES, *display.X11_LIBRARIES])
def test_a_missing_library_is_named_with_its_package(everything_loads: set[str], library: str) -> None:
    everything_loads.add(library)
    sentence = display.problem({"DISPLAY": ":0"}, LINUX)
    package = {**display.LIBRARIES, **display.X11_LIBRARIES}[library]
    assert library in sentence
    assert f"apt install {package}`" in sentence
    assert "\n" not in sentence


def test_all_missing_ones_are_named_at_once(everything_loads: set[str]) -> None:
    everything_loads.update(["libEGL.so.1", "libxcb-cursor.so.0"])
    sentence = display.problem({"DISPLAY": ":0"}, LINUX)
    assert "libegl1" in sentence
    assert "libxcb-cursor0" in sentence


def test_the_three_that_abort_qt_are_among_them() -> None:
    assert {"libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libEGL.so.1"} <= set(display.LIBRARIES)


def test_a_display_that_does_not_answer(everything_loads: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_answers", lambda name: False)
    assert ":77" in display.problem({"DISPLAY": ":77"}, LINUX)
    # Wayland may be there all the same.
    assert display.problem({"DISPLAY": ":77", "WAYLAND_DISPLAY": "wayland-0"}, LINUX) == ""


def test_loading_tells_what_is_there() -> None:
    assert not display._loads("libno-such-library.so.9")
