"""Step codes and session files: what is written is read again; whatever else is read gets one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import sessionfile, stepcode
from tutor.engine import axes as ax
from tutor.engine.files import FileError
from tutor.places import Asked, Bookmark, Place, PlaceError
from tutor.sessionfile import SessionFile

LOOK = "v1;model=storyteller;text=Tom%20met%20Lily.;step=blocks.1.attn.scores;head=2;cell=0,2,5,4"

names = st.from_regex(r"[a-z0-9_]{1,8}(\.[a-z0-9_]{1,8}){0,3}", fullmatch=True)
texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)
numbers = st.integers(0, 2**31 - 1)
counts = st.dictionaries(st.sampled_from(ax.NAMES), numbers, max_size=3)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1e9, 1e9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6,
)  # fmt: skip
plains = st.lists(st.dictionaries(texts, plain, max_size=3), max_size=2)
found_places = st.builds(
    lambda step, inside, at, cell, followed, view, several, how: Place(
        step, inside, tuple(sorted(at.items())), cell, tuple(sorted(followed.items())), view,
        tuple(sorted(several.items())), how,
    ),
    names, st.booleans(), counts, st.none() | st.lists(numbers, min_size=1, max_size=4).map(tuple),
    st.dictionaries(names, numbers, max_size=2), st.sampled_from(("", "table", "bars")),
    st.dictionaries(names, st.lists(numbers, min_size=1, max_size=3).map(tuple), max_size=2),
    st.sampled_from(("", "sum")),
)  # fmt: skip


@st.composite
def runs(draw) -> Asked:
    rows = draw(st.integers(1, 3))
    row = st.lists(numbers, min_size=1, max_size=5).map(tuple)
    several = st.lists(texts, min_size=rows, max_size=rows).map(tuple)
    return Asked(
        draw(st.sampled_from(("storyteller", "storyteller@1000", "/home/x/ä ö;=%", "C:\\models\\gpt2"))),
        draw(st.none() | st.integers(1, 32)), draw(several), draw(st.just(()) | several),
        draw(st.just(()) | st.lists(row, min_size=rows, max_size=rows).map(tuple)), tuple(draw(plains)),
    )  # fmt: skip


sessions = st.builds(
    SessionFile, runs(), found_places, st.sampled_from(("", "sha256:" + "0a" * 32)),
    st.lists(names, max_size=3).map(tuple), st.lists(st.builds(Bookmark, found_places, texts), max_size=3).map(tuple),
    plains.map(tuple), plains.map(tuple),
)  # fmt: skip


def one_sentence(error: pytest.ExceptionInfo[PlaceError]) -> str:
    text = str(error.value)
    assert error.type is PlaceError, "and not its inner kind, which is no sentence"
    assert text.endswith(".") and text.isprintable() and len(text) < 300, text
    return text


# -- step codes ---------------------------------------------------------------------------------------------------


def test_a_step_code_reads_as_the_issue_writes_it() -> None:
    asked, place = stepcode.read(LOOK)
    assert asked == Asked("storyteller", texts=("Tom met Lily.",))
    assert place == Place("blocks.1.attn.scores", at=(("head", 2),), cell=(0, 2, 5, 4))
    assert stepcode.write(asked, place) == LOOK


@given(runs(), found_places)
def test_a_step_code_is_one_line_that_is_read_again(asked: Asked, place: Place) -> None:
    code = stepcode.write(asked, place)
    assert stepcode.read(code) == (asked, place)
    assert code.isascii() and code.isprintable() and " " not in code, "shells and chat programs keep it whole"
    assert stepcode.is_code(code)


@given(runs(), found_places, st.sampled_from(("{} ", "\n{}\n", '"{}"', "'{}'", "`{}`", "  {};")))
def test_what_surrounds_a_pasted_code_is_left_out(asked: Asked, place: Place, around: str) -> None:
    assert stepcode.read(around.format(stepcode.write(asked, place))) == (asked, place)


def test_what_ifs_are_written_as_the_command_line_takes_them() -> None:
    asked = Asked("article", texts=("a",), changes=({"set": "mask=off"}, {"set": "blocks.0.attn.W_Q[3,4]=0"}))
    code = stepcode.write(asked, Place("probs"))
    assert code.endswith(";step=probs;set=mask%3Doff;set=blocks.0.attn.W_Q%5B3,4%5D%3D0")
    assert stepcode.read(code) == (asked, Place("probs"))


def test_parts_may_stand_in_any_order() -> None:
    turned = ";".join(["v1", *reversed(LOOK.split(";")[1:])])
    assert stepcode.read(turned) == stepcode.read(LOOK)


@pytest.mark.parametrize("code, says", [
    ("", "no step code"),
    ("hello", "no step code"),
    ("v2;model=x;text=a", "newer version (v2)"),
    ("v1", "lacks model"),
    ("v1;model=storyteller", "the sentences are none"),
    ("v1;text=a", "lacks model"),
    ("v1;model=a;model=b;text=c", "names model twice"),
    ("v1;model=a;text=b;step=os.system('x')", "no name of a step"),
    ("v1;model=a;text=b;head=-1", "head is no whole number"),
    ("v1;model=a;text=b;head=99999999999", "head is no whole number"),
    ("v1;model=a;text=b;head=9999999999", "head is out of range"),
    ("v1;model=a;text=b;cell=1,,2", "cell is no whole number"),
    ("v1;model=a;text=b;cell=" + ",".join("1" * 40), "cell has more than"),
    ("v1;model=a;text=b;wings=2", "it holds wings"),
    ("v1;model=a;text=%2", "text is cut off"),
    ("v1;model=a;text=%ff", "text is no text"),
    ("v1;model=a;text=b;target=c;target=d", "the targets are not as many"),
    ("v1;model=a;text=b;ids=", "ids is no whole number"),
    ("v1;model=a;text=b;layers=0", "layers is out of range"),
    ("v1;model=a;text=b;inside=yes", "inside is neither"),
    ("v1;model=a;text=b;change=%7B", "a what-if cannot be read"),
    ("v1;model=a;text=b;change=" + "%5B" * 2000, "a what-if cannot be read"),
    ("v1;model=a;text=b;change=%5B%5D", "the what-ifs are no tables"),
    ("v1;model=a;text=b;change=%7B%22a%22:1e999%7D", "out of range"),
    ("v1;model=//elsewhere/share;text=b", "the model has no name"),
    ("v1;model=%5C%5Celsewhere;text=b", "the model has no name"),
    ("v1;model=a%0Ab;text=b", "the model has no name"),
    ("v1;" + "text=a;" * 100 + "model=a", "more than 64 sentences"),
    ("v1;model=a;text=" + "b" * 40_000, "too long for a step code"),
])  # fmt: skip
def test_what_is_no_step_code_gets_one_sentence(code: str, says: str) -> None:
    with pytest.raises(PlaceError) as error:
        stepcode.read(code)
    assert says in one_sentence(error)


@given(st.text(max_size=60) | st.text(alphabet="v1;=%,:modeltxsph0279.", max_size=60).map("v1;model=a;text=b;".__add__))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        stepcode.read(text)
    except PlaceError as error:
        assert type(error) is PlaceError


@given(st.data())
def test_a_code_with_a_changed_letter_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LOOK)))
    cut = data.draw(st.integers(0, 3))
    changed = LOOK[:at] + data.draw(st.text(max_size=3)) + LOOK[at + cut :]
    try:
        asked, place = stepcode.read(changed)
    except PlaceError as error:
        assert type(error) is PlaceError
    else:
        assert stepcode.read(stepcode.write(asked, place)) == (asked, place)


def test_a_run_that_is_too_long_says_to_save_a_session() -> None:
    with pytest.raises(PlaceError) as error:
        stepcode.write(Asked("article", texts=("字" * 20_000,)), Place("tokens"))
    assert "save it as a session" in one_sentence(error)


# -- session files ------------------------------------------------------------------------------------------------


@given(sessions)
def test_a_session_is_read_again(session: SessionFile) -> None:
    data = json.dumps(session.to_json()).encode()
    assert sessionfile.parse(data, "a.tutor") == session


def test_a_session_is_written_whole_or_not_at_all(tmp_path) -> None:
    session = SessionFile(Asked("article", texts=("我喜欢",)), Place("probs"))
    path = tmp_path / "a.tutor"
    sessionfile.write(path, session)
    assert sessionfile.read(path) == session
    assert "我喜欢" in path.read_text(encoding="utf-8"), "a teacher can read it"
    with pytest.raises(FileError):
        sessionfile.write(tmp_path / "none" / "a.tutor", session)
    assert [one.name for one in tmp_path.iterdir()] == ["a.tutor"]


WHOLE = SessionFile(
    Asked("storyteller", texts=("a", "b"), ids=((1, 2), (3,)), changes=({"kind": "mask"},)),
    Place("blocks.0.attn.pattern", True, (("head", 1),), (0, 1, 2, 3), (("tokens", 3),), "table"),
    "sha256:" + "12" * 32, ("tokens",), (Bookmark(Place("probs"), "here"),), ({"name": "probs"},),
).to_json()  # fmt: skip


def changed(path: str, value: object) -> bytes:
    made = json.loads(json.dumps(WHOLE))
    *way, last = path.split("/")
    at = made
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return json.dumps(made).encode()


@pytest.mark.parametrize("data, says", [
    (b"", "cut short or is no session file"),
    (b"\xff\xfe", "cut short or is no session file"),
    (b"[]", "no session file"),
    (b"{}", "no session file"),
    (b"[" * 100_000, "cut short or is no session file"),
    (b'{"a": NaN}', "cut short or is no session file"),
    (b'{"format": "transformer-tutor-session/1", "format": 2}', "cut short or is no session file"),
    (json.dumps(WHOLE).encode()[:-30], "cut short or is no session file"),
    (b" " * (sessionfile.MOST + 1), "too large"),
    (b"9" * 10_000, "cut short or is no session file"),
    (changed("format", "transformer-tutor-session/2"), "newer version"),
    (changed("format", "transformer-tutor-trace/1"), "no session file"),
    (changed("more", 1), "damaged (the file holds more)"),
    (changed("run/model", ""), "the model has no name"),
    (changed("run/model", "//server/share"), "the model has no name"),
    (changed("run/model", 3), "the model is no text"),
    (changed("run/texts", "a"), "the sentences is no list"),
    (changed("run/texts", []), "the sentences are none"),
    (changed("run/texts", ["a", "\ud800"]), "half a character"),
    (changed("run/texts", ["a"] * 65), "more than 64 entries"),
    (changed("run/targets", ["a"]), "not as many"),
    (changed("run/ids", [[1], []]), "the ids are none"),
    (changed("run/ids", [[1], [True]]), "no whole number"),
    (changed("run/ids", [[1], [2**40]]), "out of range"),
    (changed("run/layers", 10**6), "out of range"),
    (changed("run/changes", [1]), "no tables"),
    (changed("run/changes", [{"a": [[[[[[[1]]]]]]]}]), "too many"),
    (changed("run/changes", [{"a": 10**30}]), "out of range"),
    (changed("place/step", "../../etc"), "no name of a step"),
    (changed("place/at", {"wings": 1}), "hold wings"),
    (changed("place/cell", [0] * 100), "more than"),
    (changed("place/view", "<b>"), "has no name"),
    (changed("place/several", {"head": [0, -1]}), "an entry is out of range"),
    (changed("place/how", "a b"), "the way has no name"),
    (changed("hash", "sha256:zz"), "the hash is none"),
    (changed("bookmarks", [{}]), "lacks place"),
    (changed("bookmarks", [{"place": {"step": "a"}, "note": "x" * 5000}]), "more than 4000 characters"),
    (changed("bookmarks", [{"place": {"step": "a"}}] * 201), "more than 200 entries"),
    (changed("visited", [None]), "is no text"),
])  # fmt: skip
def test_a_hostile_session_file_gets_one_sentence(data: bytes, says: str) -> None:
    with pytest.raises(PlaceError) as error:
        sessionfile.parse(data, "a.tutor")
    assert says in one_sentence(error)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(PlaceError):
        sessionfile.parse(data, "a.tutor")


def paths(of: object, at: tuple = ()) -> list[tuple]:
    found = [at]
    entries = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    for key, value in entries:
        found += paths(value, (*at, key))
    return found


@given(st.sampled_from(paths(WHOLE)[1:]), plain | st.just(10**40) | st.just("../" * 50), st.booleans())
def test_a_session_with_one_wrong_value_is_read_or_refused(path: tuple, value: object, gone: bool) -> None:
    made = json.loads(json.dumps(WHOLE))
    at = made
    for key in path[:-1]:
        at = at[key]
    if gone:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    try:
        session = sessionfile.parse(json.dumps(made).encode(), "a.tutor")
    except PlaceError as error:
        assert type(error) is PlaceError
    else:
        assert sessionfile.parse(json.dumps(session.to_json()).encode(), "b.tutor") == session


@given(st.integers(0, len(json.dumps(WHOLE))), st.binary(max_size=4), st.integers(0, 4))
def test_a_session_with_changed_bytes_is_read_or_refused(at: int, put: bytes, cut: int) -> None:
    data = json.dumps(WHOLE).encode()
    try:
        sessionfile.parse(data[:at] + put + data[at + cut :], "a.tutor")
    except PlaceError as error:
        assert type(error) is PlaceError


def test_a_file_that_is_not_there_gets_one_sentence(tmp_path) -> None:
    for path in (tmp_path / "none.tutor", tmp_path):
        with pytest.raises(PlaceError) as error:
            sessionfile.read(path)
        assert "cannot be opened" in one_sentence(error)


def test_places_know_no_qt_and_no_torch() -> None:
    code = "import sys, tutor.stepcode, tutor.sessionfile; print([m for m in ('PySide6', 'torch') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_only_what_matters_is_in_a_bookmark() -> None:
    mark = Bookmark(Place("probs"))
    assert replace(mark, note="x").note == "x"
    session = SessionFile(Asked("article", texts=("a",)), Place(""), bookmarks=(mark,))
    assert session.to_json()["bookmarks"] == [{"place": {"step": "probs"}}]
