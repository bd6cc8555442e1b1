"""One table of commands: menus, shortcuts and the sheet of keys all come from it.

`slot` names a method of the main window or of a part of it. Keys marked `scoped` act only where no text is being typed.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

CONTEXT = "commands"


@dataclass(frozen=True)
class Command:
    """One thing the window can do.

    Attributes:
        id: its name in code.
        menu: the menu it stands in (English, translated in this module's context).
        text: its name there.
        slot: the main window's method, or that of a part of it (`session.next`).
        keys: shortcuts that act anywhere.
        scoped: keys that act unless a text box has the focus.
        icon: name of its icon, if any.
        choice: one of several that exclude each other, of which one is always on.
    """

    id: str
    menu: str
    text: str
    slot: str
    keys: tuple[str, ...] = ()
    scoped: tuple[str, ...] = ()
    icon: str = ""
    choice: bool = False


FILE, EDIT, VIEW, STEP, HELP = (
    QT_TRANSLATE_NOOP("commands", "&File"),
    QT_TRANSLATE_NOOP("commands", "&Edit"),
    QT_TRANSLATE_NOOP("commands", "&View"),
    QT_TRANSLATE_NOOP("commands", "&Step"),
    QT_TRANSLATE_NOOP("commands", "&Help"),
)
MENUS = (FILE, EDIT, VIEW, STEP, HELP)

COMMANDS = (
    Command(
        "open", FILE, QT_TRANSLATE_NOOP("commands", "Open a saved trace or model file…"), "files.open_file",
        ("Ctrl+O",),
    ),
    Command(
        "open_model", FILE, QT_TRANSLATE_NOOP("commands", "Open a model folder…"), "files.open_model",
        ("Ctrl+Shift+O",),
    ),
    Command("models", FILE, QT_TRANSLATE_NOOP("commands", "Models…"), "show_models", ("Ctrl+Shift+M",)),
    Command("save", FILE, QT_TRANSLATE_NOOP("commands", "Save this trace…"), "files.save_trace", ("Ctrl+S",)),
    Command("export", FILE, QT_TRANSLATE_NOOP("commands", "Export…"), "exporter.open", ("Ctrl+E",), icon="export"),
    Command("quit", FILE, QT_TRANSLATE_NOOP("commands", "Quit"), "close", ("Ctrl+Q",)),
    Command("sentence", EDIT, QT_TRANSLATE_NOOP("commands", "Type a sentence"), "focus_sentence", ("Ctrl+L",)),
    Command("target", EDIT, QT_TRANSLATE_NOOP("commands", "Type a target"), "focus_target", ("Ctrl+Shift+L",)),
    Command("mask", EDIT, QT_TRANSLATE_NOOP("commands", "Insert the mask"), "gaps.insert", ("Ctrl+M",)),
    Command("run", EDIT, QT_TRANSLATE_NOOP("commands", "Run"), "desk.run", ("Ctrl+Return", "Ctrl+Enter"), icon="play"),
    Command("continue", EDIT, QT_TRANSLATE_NOOP("commands", "Continue the sentence…"), "continue_desk.toggle",
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")),
    Command("copy", EDIT, QT_TRANSLATE_NOOP("commands", "Copy values"), "copy_desk.copy_tsv", ("Ctrl+C",)),
    Command("copy_numpy", EDIT, QT_TRANSLATE_NOOP("commands", "Copy values as NumPy"), "copy_desk.copy_numpy"),
    Command("copy_markdown", EDIT, QT_TRANSLATE_NOOP("commands", "Copy values as Markdown"), "copy_desk.copy_markdown"),
    Command("cancel", EDIT, QT_TRANSLATE_NOOP("commands", "Cancel or unpin"), "escape", ("Esc",)),
    Command("trail_back", VIEW, QT_TRANSLATE_NOOP("commands", "Back along the working"), "session.trail.back",
            ("Alt+Left",), ("Backspace",)),
    Command("light", VIEW, QT_TRANSLATE_NOOP("commands", "Light theme"), "look_desk.use_light",
            icon="sun", choice=True),
    Command("dark", VIEW, QT_TRANSLATE_NOOP("commands", "Dark theme"), "look_desk.use_dark", icon="moon", choice=True),
    Command("larger", VIEW, QT_TRANSLATE_NOOP("commands", "Larger type"), "look_desk.larger", ("Ctrl++", "Ctrl+=")),
    Command("smaller", VIEW, QT_TRANSLATE_NOOP("commands", "Smaller type"), "look_desk.smaller", ("Ctrl+-",)),
    Command("normal", VIEW, QT_TRANSLATE_NOOP("commands", "Normal type"), "look_desk.normal_size", ("Ctrl+0",)),
    Command("english", VIEW, "English", "look_desk.use_english", choice=True),
    Command("chinese", VIEW, "中文", "look_desk.use_chinese", choice=True),
    Command("motion_system", VIEW, QT_TRANSLATE_NOOP("commands", "Motion as the system has it"), "motion.use_system",
            choice=True),
    Command("motion_reduced", VIEW, QT_TRANSLATE_NOOP("commands", "Reduced motion"), "motion.use_reduced", choice=True),
    Command("motion_full", VIEW, QT_TRANSLATE_NOOP("commands", "Full motion"), "motion.use_full", choice=True),
    Command("table", VIEW, QT_TRANSLATE_NOOP("commands", "Heat map or table"), "toggle_table", (), ("T",)),
    Command("lock", VIEW, QT_TRANSLATE_NOOP("commands", "Shared scale"), "scale_desk.toggle_lock", (), ("K",)),
    Command("fit", VIEW, QT_TRANSLATE_NOOP("commands", "Fit the scale to the screen"), "scale_desk.fit", (), ("A",)),
    Command("zoom_in", VIEW, QT_TRANSLATE_NOOP("commands", "Zoom in"), "stage.equation.zoom_in", (), ("Z",)),
    Command("zoom_out", VIEW, QT_TRANSLATE_NOOP("commands", "Zoom out"), "stage.equation.zoom_out", (), ("Shift+Z",)),
    Command("zoom_all", VIEW, QT_TRANSLATE_NOOP("commands", "Whole map"), "stage.equation.zoom_all", (), ("0",)),
    Command("map", VIEW, QT_TRANSLATE_NOOP("commands", "Architecture map"), "maps.toggle", ("Ctrl+Shift+A",)),
    Command("bars", VIEW, QT_TRANSLATE_NOOP("commands", "Heat map or bars"), "bars_desk.toggle", (), ("Shift+T",)),
    Command("vocabulary", VIEW, QT_TRANSLATE_NOOP("commands", "Vocabulary"), "show_vocabulary", (), ("V",)),
    Command("find_token", VIEW, QT_TRANSLATE_NOOP("commands", "Find a token in the vocabulary"), "bars_desk.find", (),
            ("Shift+V",)),
    Command("panes", VIEW, QT_TRANSLATE_NOOP("commands", "Next pane"), "next_pane", ("F6",)),
    Command("panes_back", VIEW, QT_TRANSLATE_NOOP("commands", "Previous pane"), "previous_pane", ("Shift+F6",)),
    Command("next", STEP, QT_TRANSLATE_NOOP("commands", "Next"), "session.next", ("F10",), (".", "PgDown"), "over"),
    Command(
        "previous", STEP, QT_TRANSLATE_NOOP("commands", "Previous"), "session.previous", ("Shift+F10",), (",", "PgUp"),
        "back",
    ),
    Command(
        "into", STEP, QT_TRANSLATE_NOOP("commands", "Into the stage"), "session.into", ("F7", "Alt+Down"), (), "into"
    ),
    Command(
        "out", STEP, QT_TRANSLATE_NOOP("commands", "Out of the stage"), "session.out", ("Shift+F7", "Alt+Up"), (), "out"
    ),
    Command("first", STEP, QT_TRANSLATE_NOOP("commands", "First stage"), "session.first", ("Ctrl+Home",), (), "first"),
    Command("last", STEP, QT_TRANSLATE_NOOP("commands", "Last stage"), "session.last", ("Ctrl+End",), (), "last"),
    Command("next_block", STEP, QT_TRANSLATE_NOOP("commands", "Next block"), "session.next_section", ("Ctrl+PgDown",)),
    Command(
        "previous_block", STEP, QT_TRANSLATE_NOOP("commands", "Previous block"), "session.previous_section",
        ("Ctrl+PgUp",),
    ),
    Command("undo_move", STEP, QT_TRANSLATE_NOOP("commands", "Undo move"), "session.undo_move", (), ("Ctrl+Z",)),
    Command("redo_move", STEP, QT_TRANSLATE_NOOP("commands", "Redo move"), "session.redo_move", (),
            ("Ctrl+Y", "Ctrl+Shift+Z")),
    Command("play", STEP, QT_TRANSLATE_NOOP("commands", "Play or pause"), "player.toggle", ("F5",), ("Space",), "play"),
    Command("slower", STEP, QT_TRANSLATE_NOOP("commands", "Play slower"), "player.slower", (), ("-",)),
    Command("faster", STEP, QT_TRANSLATE_NOOP("commands", "Play faster"), "player.faster", (), ("=",)),
    Command("next_head", STEP, QT_TRANSLATE_NOOP("commands", "Next head"), "next_head", (), ("H",)),
    Command("previous_head", STEP, QT_TRANSLATE_NOOP("commands", "Previous head"), "previous_head", (), ("Shift+H",)),
    Command("keys", HELP, QT_TRANSLATE_NOOP("commands", "Keys"), "show_keys", ("F1",)),
    Command("diagnose", HELP, QT_TRANSLATE_NOOP("commands", "Copy diagnostics"), "diagnose"),
    Command("about", HELP, QT_TRANSLATE_NOOP("commands", "About"), "show_about"),
)  # fmt: skip


def title(text: str) -> str:
    """A menu's or command's name in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text)
