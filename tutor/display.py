"""Whether a window can open here. Qt aborts the process where it cannot, beyond Python's reach, so look first."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

#: Library → the Debian and Ubuntu package it is in. Qt's window needs all of them and aborts without any one.
LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
#: And these on X11.
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


def problem(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """One sentence why no window can open, with the mend; "" where one can."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM", "").split(":")[0] in (
        "offscreen", "minimal", "vnc", "linuxfb", "eglfs",
    ):  # fmt: skip
        return ""
    x11, wayland = environment.get("DISPLAY"), environment.get("WAYLAND_DISPLAY")
    if not x11 and not wayland:
        return "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so here is the walk-through as text."
    needed = {**LIBRARIES, **(X11_LIBRARIES if x11 else {})}
    missing = [library for library in needed if not _loads(library)]
    if missing:
        packages = " ".join(needed[library] for library in missing)
        return (
            f"The window needs {', '.join(missing)}, which this system lacks: install with "
            f"`sudo apt install {packages}` (or your system's packages of them); here is the walk-through as text."
        )
    if x11 and not wayland and not _answers(x11):
        return f"The display {x11} does not answer, so here is the walk-through as text."
    return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Whether an X server accepts a connection."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt carries a copy of its own; let it try.
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed
