"""One table of commands: menus, shortcuts and the sheet of keys all come from it.

`slot` names a method of the main window or of a part of it. Keys marked `scoped` act only where no text is being typed.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from tutor.engine.records import dataclass

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
        check: it is on or off, each by itself.
        submenu: the menu within that menu it stands in, "" for none.
        mode: where `scoped` keys mean this and nothing else: "" everywhere, or "presenting", where they go before
            what they mean elsewhere.
        family: commands of one family are one row of the sheet of keys, which says this.
    """

    id: str
    menu: str
    text: str
    slot: str
    keys: tuple[str, ...] = ()
    scoped: tuple[str, ...] = ()
    icon: str = ""
    choice: bool = False
    check: bool = False
    submenu: str = ""
    mode: str = ""
    family: str = ""


PRESENTING = "presenting"
JUMP, WHILE_PRESENTING = (
    QT_TRANSLATE_NOOP("commands", "Jump to a bookmark"), QT_TRANSLATE_NOOP("commands", "While presenting"),
)  # fmt: skip

FILE, EDIT, VIEW, STEP, TOOLS, LEARN, HELP = (
    QT_TRANSLATE_NOOP("commands", "&File"),
    QT_TRANSLATE_NOOP("commands", "&Edit"),
    QT_TRANSLATE_NOOP("commands", "&View"),
    QT_TRANSLATE_NOOP("commands", "&Step"),
    QT_TRANSLATE_NOOP("commands", "&Tools"),
    QT_TRANSLATE_NOOP("commands", "&Learn"),
    QT_TRANSLATE_NOOP("commands", "&Help"),
)
TOURS = QT_TRANSLATE_NOOP("commands", "Guided tours")
MENUS = (FILE, EDIT, VIEW, STEP, TOOLS, LEARN, HELP)

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
    Command("open_session", FILE, QT_TRANSLATE_NOOP("commands", "Open a session…"), "places.open_session"),
    Command(
        "save_session", FILE, QT_TRANSLATE_NOOP("commands", "Save this session…"), "places.save_session",
        ("Ctrl+Shift+S",),
    ),
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
    Command(
        "copy_code", EDIT, QT_TRANSLATE_NOOP("commands", "Copy the step code"), "places.copy_code", ("Ctrl+Shift+C",),
        icon="copy",
    ),
    Command(
        "open_code", EDIT, QT_TRANSLATE_NOOP("commands", "Open the copied step code"), "places.open_code",
        ("Ctrl+Shift+V",),
    ),
    Command("cancel", EDIT, QT_TRANSLATE_NOOP("commands", "Close, cancel or unpin"), "escape", ("Esc",)),
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
    Command("stats", VIEW, QT_TRANSLATE_NOOP("commands", "Show the statistics"), "show_stats", (), ("S",)),
    Command("all_heads", VIEW, QT_TRANSLATE_NOOP("commands", "All heads"), "heads_desk.toggle", icon="grid"),
    Command("head_grid", VIEW, QT_TRANSLATE_NOOP("commands", "Blocks by heads"), "heads_desk.toggle_grid"),
    Command("pin", VIEW, QT_TRANSLATE_NOOP("commands", "Pin"), "compare_desk.toggle_pin", (), ("P",), "pin"),
    Command(
        "difference", VIEW, QT_TRANSLATE_NOOP("commands", "Difference"), "compare_desk.toggle_difference", (), ("D",),
        "swap",
    ),
    Command("blink", VIEW, QT_TRANSLATE_NOOP("commands", "Blink: the pinned tensor (hold)"), "compare_desk.blink", (),
            ("X",)),
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
    Command("panes", VIEW, QT_TRANSLATE_NOOP("commands", "Next pane"), "panes.next_pane", ("F6",)),
    Command("panes_back", VIEW, QT_TRANSLATE_NOOP("commands", "Previous pane"), "panes.previous_pane", ("Shift+F6",)),
    Command(
        "fold_left", VIEW, QT_TRANSLATE_NOOP("commands", "Hide or show the outline"), "panes.fold_left", ("Ctrl+\\",),
    ),
    Command(
        "fold_right", VIEW, QT_TRANSLATE_NOOP("commands", "Hide or show the inspector"), "panes.fold_right",
        ("Ctrl+Shift+\\",),
    ),
    Command("present", VIEW, QT_TRANSLATE_NOOP("commands", "Present"), "presenting.toggle", ("F11",), check=True),
    Command(
        "blank", VIEW, QT_TRANSLATE_NOOP("commands", "Blank screen"), "presenting.blank", (), ("B", "."),
        check=True, submenu=WHILE_PRESENTING, mode=PRESENTING,
    ),
    Command(
        "ring", VIEW, QT_TRANSLATE_NOOP("commands", "Ring around the pointer"), "presenting.ring", (), ("L",),
        check=True, submenu=WHILE_PRESENTING, mode=PRESENTING,
    ),
    Command(
        "reveal", VIEW, QT_TRANSLATE_NOOP("commands", "Reveal the answer"), "presenting.reveal", (), ("R",),
        submenu=WHILE_PRESENTING, mode=PRESENTING,
    ),
    Command(
        "letters", VIEW, QT_TRANSLATE_NOOP("commands", "Single-letter keys"), "look_desk.use_letters", check=True,
    ),
    Command("search", STEP, QT_TRANSLATE_NOOP("commands", "Search stages and tensors…"), "finding.search", ("Ctrl+F",),
            icon="search"),
    Command("go_to", STEP, QT_TRANSLATE_NOOP("commands", "Go to step…"), "finding.go_to", ("Ctrl+G",)),
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
    Command(
        "bookmark", STEP, QT_TRANSLATE_NOOP("commands", "Bookmark this stage"), "places.toggle", ("Ctrl+B",),
        icon="star",
    ),
    *(
        Command(
            f"jump_{number}", STEP, QT_TRANSLATE_NOOP("commands", "Bookmark {number}"), "places.jump_by_key",
            (f"Ctrl+{number}",), submenu=JUMP, family=JUMP,
        )
        for number in range(1, 10)
    ),
    Command("what_if", TOOLS, QT_TRANSLATE_NOOP("commands", "What if…"), "what_if_views.open", (), ("W",), "flask"),
    Command("what_if_cell", TOOLS, QT_TRANSLATE_NOOP("commands", "What if: set the pinned cell…"),
            "what_if_views.edit_cell", (), ("F2",)),
    Command("what_if_view", TOOLS, QT_TRANSLATE_NOOP("commands", "What if: changed, original, difference"),
            "what_if.next_view", (), ("Shift+W",)),
    Command("what_if_undo", TOOLS, QT_TRANSLATE_NOOP("commands", "What if: undo"), "what_if.undo", ("Ctrl+Alt+Z",), (),
            "undo"),
    Command("what_if_redo", TOOLS, QT_TRANSLATE_NOOP("commands", "What if: redo"), "what_if.redo", ("Ctrl+Alt+Y",), (),
            "redo"),
    Command("what_if_reset", TOOLS, QT_TRANSLATE_NOOP("commands", "What if: reset to the original"), "what_if.reset",
            (), (), "reset"),
    Command("lesson", LEARN, QT_TRANSLATE_NOOP("commands", "Lesson of this stage"), "teaching.show_lesson", (), ("Y",),
            "book"),
    Command("lessons", LEARN, QT_TRANSLATE_NOOP("commands", "All lessons"), "teaching.show_all", (), ("Shift+Y",)),
    Command("glossary", LEARN, QT_TRANSLATE_NOOP("commands", "Glossary"), "teaching.show_glossary", (), ("Shift+G",)),
    Command("what_is", LEARN, QT_TRANSLATE_NOOP("commands", "What is this?"), "what_is.ask", ("Shift+F1",)),
    Command("lesson_back", LEARN, QT_TRANSLATE_NOOP("commands", "Back to what was read before"), "teaching.back",
            ("Ctrl+[",)),
    Command("lesson_forward", LEARN, QT_TRANSLATE_NOOP("commands", "Forward again"), "teaching.forward", ("Ctrl+]",)),
    Command("ask", LEARN, QT_TRANSLATE_NOOP("commands", "Ask me about this step"), "ask_about_this", (), ("Q",),
            "question"),
    Command("tour_first", LEARN, QT_TRANSLATE_NOOP("commands", "From tokens to the next token"), "tours.first",
            submenu=TOURS),
    Command("tour_translator", LEARN, QT_TRANSLATE_NOOP("commands", "The translator"), "tours.second", submenu=TOURS),
    Command("tour_article", LEARN, QT_TRANSLATE_NOOP("commands", "The article's batch"), "tours.third", submenu=TOURS),
    Command("class", LEARN, QT_TRANSLATE_NOOP("commands", "Make a lesson for a class…"), "make_lesson"),
    Command("practise", LEARN, QT_TRANSLATE_NOOP("commands", "Work it out by hand…"), "practise", (), ("Shift+Q",)),
    Command("progress", LEARN, QT_TRANSLATE_NOOP("commands", "Progress and review…"), "show_progress_of_learning"),
    Command("questions", LEARN, QT_TRANSLATE_NOOP("commands", "Questions on the way"), "toggle_questions", check=True),
    Command("start_again", TOOLS, QT_TRANSLATE_NOOP("commands", "Start the engine again"), "engine_desk.start_again",
            ("Ctrl+Shift+E",)),
    Command("backward", TOOLS, QT_TRANSLATE_NOOP("commands", "Backward: gradients"), "backward_desk.toggle", (), ("G",),
            "back", check=True),
    Command("palette", HELP, QT_TRANSLATE_NOOP("commands", "Find a command…"), "finding.palette", ("Ctrl+K",)),
    Command("keys", HELP, QT_TRANSLATE_NOOP("commands", "Keys"), "help.show_keys", ("F1",), ("?",)),
    Command("diagnose", HELP, QT_TRANSLATE_NOOP("commands", "Copy diagnostics"), "help.diagnose"),
    Command("about", HELP, QT_TRANSLATE_NOOP("commands", "About"), "help.show_about"),
)  # fmt: skip


@dataclass(frozen=True)
class ViewKey:
    """A key that a view of its own answers to, for the sheet of keys: where, and what it does."""

    where: str
    keys: tuple[str, ...]
    text: str


PICTURE, LISTS = (
    QT_TRANSLATE_NOOP("commands", "In the heat maps and tables"), QT_TRANSLATE_NOOP("commands", "In the lists"),
)  # fmt: skip
VIEW_KEYS = (
    ViewKey(PICTURE, ("Left", "Right", "Up", "Down"), QT_TRANSLATE_NOOP("commands", "To the next cell")),
    ViewKey(PICTURE, ("Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down"),
            QT_TRANSLATE_NOOP("commands", "To the edge")),
    ViewKey(PICTURE, ("Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down"),
            QT_TRANSLATE_NOOP("commands", "Select cells")),
    ViewKey(PICTURE, ("Return",), QT_TRANSLATE_NOOP("commands", "Pin the cell and see its working")),
    ViewKey(LISTS, ("Up", "Down", "Return"), QT_TRANSLATE_NOOP("commands", "Choose, and go there")),
    ViewKey(LISTS, ("F2",), QT_TRANSLATE_NOOP("commands", "Edit a bookmark's note")),
    ViewKey(LISTS, ("Delete",), QT_TRANSLATE_NOOP("commands", "Delete a bookmark")),
)  # fmt: skip


def title(text: str) -> str:
    """A menu's or command's name in the language of the window."""
    return QCoreApplication.translate(CONTEXT, text)
