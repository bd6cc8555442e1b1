"""Every text of the window can be translated and is, and the files that the window loads are up to date."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import pytest

from tutor import translate
from tutor.engine import axes, build, families, ops

PACKAGE = translate.ROOT / "tutor"
#: Where a text is looked up that the same file registered with QT_TRANSLATE_NOOP.
LOOK_UP = {
    "views/words.py", "views/whatif_words.py", "views/rolewords.py", "views/errors.py", "views/badge.py", "commands.py",
}  # fmt: skip
#: What stays in Latin letters in Chinese: names, symbols, keys and file endings.
LATIN = {
    "Transformer", "Tutor", "softmax", "logits", "exp", "tanh", "GELU", "ReLU", "float32", "cl100k_base", "cpu",
    "trace", "save", "CPU", "NaN",
    "GGUF", "JSON", "Llama", "config", "json", "ids", "peft", "merge_and_unload", "torch", "save_file", "weight_map",
    "quantization_config", "gguf", "target", "true", "false", "rope_parameters", "high_freq_factor",
    "low_freq_factor", "rope", "n_heads", "n_kv_heads", "SiLU", "RMSNorm", "M",
    "Q", "K", "V", "q", "k", "v", "d", "T", "Ctrl", "Enter", "safetensors",
    "pip", "PyPI", "Python", "sha256", "whl", "MB", "SmolLM2", "Hugging", "Face", "Instruct", "Q4_1", "Top", "p", "x",
    "op", "axis", "head",  # words of queries
    "Esc", "Shift", "log", "e", "NumPy", "Markdown", "A", "tutor", "v1", "P", "D", "X",
    "d_k", "W_Q", "W_K", "pad", "none", "inf", "from", "B", "R", "F11", "logit", "ln", "g",
}  # fmt: skip

MARKERS = ("tr", "translate", "QT_TRANSLATE_NOOP")


def marker(call: ast.Call) -> str:
    """Which of the three ways to mark a text a call is; "" for any other call (`str.translate`, say)."""
    name = call.func
    if isinstance(name, ast.Name):
        return name.id if name.id in MARKERS else ""
    if not isinstance(name, ast.Attribute) or name.attr not in MARKERS:
        return ""
    owner = name.value.id if isinstance(name.value, ast.Name) else ""
    return name.attr if name.attr != "translate" or owner in ("QCoreApplication", "QApplication") else ""


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def complaints(source: str, look_up: bool = False) -> list[str]:
    """What is wrong with how a file marks its texts; `look_up` where it may look registered ones up."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not marker(call):
            continue
        kind, said = marker(call), ast.unparse(call)
        place = 0 if kind == "tr" else 1
        if len(call.args) <= place:
            found.append(f"line {call.lineno}: {said} names no text")
            continue
        text = literal(call.args[place])
        if text is None:
            plain = not any(isinstance(part, (ast.JoinedStr, ast.BinOp)) for part in ast.walk(call.args[place]))
            if not (kind == "translate" and look_up and plain):
                found.append(f"line {call.lineno}: {said} should be given its text as one literal")
            continue
        if place and literal(call.args[0]) is None and not look_up:
            found.append(f"line {call.lineno}: {said} should be given its context as a literal")
        counts = len(call.args) > place + 2 or any(one.arg == "n" for one in call.keywords)
        if counts != ("%n" in text):
            found.append(f"line {call.lineno}: {said} should have both %n and a number, or neither")
        if not text.strip(" ,"):
            continue
        if text != text.strip():
            found.append(f"line {call.lineno}: {said} looks like a piece of a sentence")
    return found


def marked_files() -> list[Path]:
    return [
        file for file in sorted(PACKAGE.rglob("*.py"))
        if any(isinstance(node, ast.Call) and marker(node) for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    ]  # fmt: skip


def registered(context: str) -> set[str]:
    """Every text that some file registers in a context."""
    found = set()
    for file in marked_files():
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and marker(call) == "QT_TRANSLATE_NOOP" and literal(call.args[0]) == context:
                found.add(str(literal(call.args[1])))
    return found


def entries(language: str) -> Iterator[tuple[str, str, list[str]]]:
    """(context, source, translations) of a .ts."""
    for context in ElementTree.parse(translate.FOLDER / f"tutor_{language}.ts").iter("context"):
        for message in context.iter("message"):
            made = message.find("translation")
            assert made is not None
            forms = list(made) if message.get("numerus") else [made]
            yield str(context.findtext("name")), str(message.findtext("source")), [one.text or "" for one in forms]


def placeholders(text: str) -> list[str]:
    named = [f"{name}!{conversion}:{form}" for _, name, form, conversion in Formatter().parse(text) if name is not None]
    return sorted([*named, *re.findall(r"%n|%L?\d", text)])


# -- the sources ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", marked_files(), ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_texts_are_marked_so_that_they_can_be_found(file: Path) -> None:
    assert complaints(file.read_text("utf-8"), file.relative_to(PACKAGE).as_posix() in LOOK_UP) == []
    assert file in translate.sources()


@pytest.mark.parametrize(
    "source",
    [
        'self.tr(f"bad {n}")', 'self.tr("a" + b)', "self.tr(text)", 'self.tr("a %s" % b)', "self.tr()",
        'translate("here", f"bad {n}")', "QCoreApplication.translate(context, text)", 'translate(context, "text")',
        'QT_TRANSLATE_NOOP("here", text)', 'self.tr("%n blocks")', 'self.tr("blocks", "", n)', 'self.tr("and then ")',
    ],
)  # fmt: skip
def test_a_text_that_would_not_be_found_is_noticed(source: str) -> None:
    assert len(complaints(source)) == 1


def test_what_is_fine_is_let_through() -> None:
    fine = 'self.tr("a" "b"); painter.translate(1, 2); "x".translate(table); self.tr("%n block(s)", "", 2)'
    assert complaints(fine) == []
    assert complaints("QCoreApplication.translate(CONTEXT, text)", look_up=True) == []
    assert len(complaints('QCoreApplication.translate(CONTEXT, f"{text}")', look_up=True)) == 1


def notes() -> set[str]:
    """Every key of a note that the operations make: literals, or what their function puts into the variable."""
    found: set[str] = set()
    for file in sorted((PACKAGE / "engine" / "ops").glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in ast.walk(function):
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "Note":
                    continue
                key = literal(call.args[0])
                if key is not None:
                    found.add(key)
                elif isinstance(call.args[0], ast.Name):
                    found |= put_into(function, call.args[0].id)
    return found


def put_into(function: ast.FunctionDef, name: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        if any(isinstance(one, ast.Name) and one.id == name for target in node.targets for one in ast.walk(target)):
            keys = {id(key) for one in ast.walk(node.value) if isinstance(one, ast.Dict) for key in one.keys}
            found |= {str(literal(one)) for one in ast.walk(node.value)
                      if isinstance(one, ast.expr) and literal(one) is not None and id(one) not in keys}  # fmt: skip
    return found


def test_whatever_the_engine_names_can_be_translated() -> None:
    from tutor.views import words

    stages = {one.title: one.key for one in vars(build).values() if isinstance(one, build.Stage)}
    shipped = {one.title for one in ops.known().values() if one.__module__.startswith("tutor.engine.ops.")}
    keys = notes()
    assert len(stages) > 15 and len(shipped) > 15 and {"causal", "padding", "lookup"} <= keys
    assert set(stages) <= registered("stage")
    assert all(words.why(one.key) for one in vars(build).values() if isinstance(one, build.Stage))
    assert shipped <= registered("operation")
    assert keys <= set(words._NOTES)
    assert set(axes.NAMES) <= registered("axis")
    assert {spec.note for spec in families.presets().values() if spec.note} <= registered("remark")


def test_words_in_working_tables_can_be_translated() -> None:
    labels = set()
    for file in sorted((PACKAGE / "engine" / "ops").glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Column":
                labels.add(literal(call.args[0]) or "")
    worded = {label for label in labels if re.search("[a-z]{3}", label)}
    assert "product" in worded and worded <= registered("column")


# -- the translations -------------------------------------------------------------------------------------------------


def test_the_shipped_files_are_complete_and_up_to_date() -> None:
    assert list(translate.problems()) == []


@pytest.mark.parametrize("language", translate.LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    wrong = []
    for context, source, made in entries(language):
        wrong += [(context, source, one) for one in made if placeholders(one) != placeholders(source)]
    assert wrong == []


def test_english_has_both_forms_of_every_plural() -> None:
    chinese = {(context, source) for context, source, _ in entries("zh_CN") if "%n" in source}
    assert chinese == {(context, source) for context, source, _ in entries("en")}
    assert all(len(made) == 2 and made[0] != made[1] and "(s)" not in "".join(made) for *_, made in entries("en"))


def test_no_english_is_left_in_chinese() -> None:
    left = []
    for context, source, made in entries("zh_CN"):
        for one in made:
            letters = set(re.findall(r"[A-Za-z][A-Za-z0-9_]*", re.sub(r"\{[^}]*\}|%n", "", one)))
            if letters - LATIN:
                left.append((context, source, letters - LATIN))
    assert left == []


def test_chinese_is_written_with_chinese_punctuation() -> None:
    wrong = [one for *_, made in entries("zh_CN") for one in made if re.search(r"[一-鿿][,.;:?!]|[,;:?!][一-鿿]", one)]
    assert wrong == []
    ends = [(source, one) for _, source, made in entries("zh_CN") for one in made
            if source.endswith(".") != one.endswith("。")]  # fmt: skip
    assert ends == []


def test_a_sentence_of_the_engine_keeps_its_facts_in_chinese(chinese) -> None:
    from tutor.views import words

    facts = {"query": 2, "query_token": "猫", "key": 5, "key_token": "·sat", "length": 4}
    assert words.note("causal", facts) == "查询 猫 (2) 不能看到键 ·sat (5)，因为 5 > 2：这个键在它后面。"


# -- switching --------------------------------------------------------------------------------------------------------


@pytest.fixture
def languages(qapp):
    """The application's languages; whatever was installed is taken away again."""
    from PySide6.QtCore import QLocale

    from tutor.app import Languages

    before, made = QLocale(), Languages(qapp)
    yield made
    for translator in made._installed:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)
    qapp.processEvents()


@pytest.fixture
def chinese(languages):
    languages.use("zh_CN")
    return languages


def test_the_window_loads_both_its_own_and_qts_chinese(chinese) -> None:
    from PySide6.QtCore import QCoreApplication

    from tutor.views import words

    assert len(chinese._installed) == 2
    assert [words.stage(one) for one in ("Scores", "Q, K, V", "Logits")] == ["分数", "Q、K、V", "对数几率 (logits)"]
    assert words.section("blocks.1") == "块 1"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"


def test_every_string_of_the_file_can_be_looked_up(chinese) -> None:
    from PySide6.QtCore import QCoreApplication

    for context, source, made in entries("zh_CN"):
        n = 3 if "%n" in source else -1
        assert QCoreApplication.translate(context, source, None, n) == made[0].replace("%n", "3"), source


def test_english_counts_by_the_number(languages) -> None:
    from PySide6.QtCore import QCoreApplication

    languages.use("en")
    for context, source, (one, many) in entries("en"):
        found = [QCoreApplication.translate(context, source, None, n) for n in (1, 2)]
        assert found == [one.replace("%n", "1"), many.replace("%n", "2")]


def test_a_view_follows_at_once_and_back(qtbot, qapp, languages) -> None:
    from PySide6.QtWidgets import QLabel

    from tutor.views import theme
    from tutor.views.sentencebar import SentenceBar

    bar = SentenceBar(theme.LIGHT, [("article", "article")])
    qtbot.addWidget(bar)
    bar.set_rows(1, 4)
    said = []
    for language in ("en", "zh_CN", "en"):
        languages.use(language)
        qapp.processEvents()
        texts = [label.text() for label in bar.findChildren(QLabel)]
        said.append([one for one in ("Sentence", "句子", "of 0–3", "范围 0–3") if one in texts])
    assert said == [["Sentence", "of 0–3"], ["句子", "范围 0–3"], ["Sentence", "of 0–3"]]


# -- the tool ---------------------------------------------------------------------------------------------------------


SMALL = """
class Small:
    def words(self, n):
        return self.tr("Outline"), self.tr("%n block(s)", "", n)
"""
TRANSLATED = {
    "en": [("<numerusform></numerusform>", "<numerusform>%n block</numerusform>"),
           ("<numerusform></numerusform>", "<numerusform>%n blocks</numerusform>")],
    "zh_CN": [("></translation>", ">大纲</translation>"),
              ("<numerusform></numerusform>", "<numerusform>%n 个块</numerusform>")],
}  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One source file and its finished translations."""
    (tmp_path / "small.py").write_text(SMALL)
    for language, made in TRANSLATED.items():
        ts = tmp_path / f"tutor_{language}.ts"
        translate.collect(ts, language, [tmp_path / "small.py"])
        for old, new in made:
            edit(ts, old, new)
        ts.write_text(ts.read_text("utf-8").replace(' type="unfinished"', ""), "utf-8")
        translate.release(ts, ts.with_suffix(".qm"))
    return tmp_path


def found(folder: Path) -> list[str]:
    return list(translate.problems(folder, [folder / "small.py"]))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_finished_translations_pass_and_stay_as_they_are(small: Path) -> None:
    before = {file.name: file.read_bytes() for file in small.iterdir()}
    assert found(small) == []
    for language in translate.LANGUAGES:
        translate.collect(small / f"tutor_{language}.ts", language, [small / "small.py"])
    assert {file.name: file.read_bytes() for file in small.iterdir()} == before


@pytest.mark.parametrize(("old", "new"), [("Outline", "Inline"), ("Outline", "Timetable of trains"), ("Small", "Tiny")])
def test_a_change_of_the_sources_is_noticed(small: Path, old: str, new: str) -> None:
    edit(small / "small.py", old, new)
    assert "tutor_zh_CN.ts does not fit the sources: run python -m tutor.translate and translate what is new." in found(
        small
    )
    translate.collect(small / "tutor_zh_CN.ts", "zh_CN", [small / "small.py"])
    left = translate.unfinished(small / "tutor_zh_CN.ts")
    assert left and all(text in (small / "small.py").read_text() for text in left)


@pytest.mark.parametrize("kind", ["unfinished", "vanished", "obsolete"])
def test_an_unfinished_or_stale_translation_is_noticed(small: Path, kind: str) -> None:
    edit(small / "tutor_zh_CN.ts", "<translation>大纲", f'<translation type="{kind}">大纲')
    assert "tutor_zh_CN.ts has no finished translation of 'Outline': translate it." in found(small)


@pytest.mark.parametrize(
    ("name", "old", "text"),
    [("tutor_zh_CN.ts", "大纲", "Outline"), ("tutor_en.ts", "%n blocks<", "%n block(s)"),
     ("tutor_zh_CN.ts", "%n 个块", "%n block(s)")],
)  # fmt: skip
def test_an_empty_translation_is_noticed(small: Path, name: str, old: str, text: str) -> None:
    edit(small / name, old, "<" if old.endswith("<") else "")
    assert f"{name} has no finished translation of {text!r}: translate it." in found(small)


def test_an_old_qm_is_noticed(small: Path) -> None:
    edit(small / "tutor_zh_CN.ts", "大纲", "提纲")
    assert found(small) == ["tutor_zh_CN.qm is not what tutor_zh_CN.ts makes: run python -m tutor.translate."]


def test_missing_files_and_tools_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = [f"tutor_{language}.ts is missing: run python -m tutor.translate." for language in translate.LANGUAGES]
    assert list(translate.problems(tmp_path)) == missing
    monkeypatch.setattr(translate, "find_spec", lambda name: None)
    monkeypatch.setattr(translate.sys, "executable", str(tmp_path / "python"))
    assert translate.main(["--check"]) == 1
    assert capsys.readouterr().err == "PySide6's lupdate is missing: install PySide6-Essentials.\n"


def test_a_tool_that_fails_is_one_sentence(small: Path) -> None:
    with pytest.raises(translate.TranslateError) as caught:
        translate.release(small / "none.ts", small / "none.qm")
    assert re.fullmatch(r"lrelease failed \(.+\): mend what it names\.", str(caught.value))


def test_check_says_so_by_its_exit_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(translate, "problems", lambda: iter(()))
    assert translate.main(["--check"]) == 0
    monkeypatch.setattr(translate, "problems", lambda: iter(["Something is not right."]))
    assert translate.main(["--check"]) == 1
    assert capsys.readouterr().err == "Something is not right.\n"
