"""The part of Markdown that lessons are written in, read strictly into plain blocks. No Qt.

Paragraphs (a line break inside one is a space, between Chinese letters nothing), `## headings`, `- ` and `1. ` lists,
`> ` quotes, **bold**, *emphasis*, `code`, $formula$, $$formula on lines of its own$$, `[words](kind:target)`,
`::experiment KEY`, `{{fact}}` for a number of the run on screen; a backslash before a sign takes its meaning away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tutor.engine.records import dataclass

#: What a link may lead to, and the pattern of its target.
KINDS = {
    "tensor": r"[A-Za-z_]\w*(\.\w+)*",
    "token": r"first|last|followed|\d+",
    "experiment": r"[a-z][a-z0-9_]*",
    "term": r"[A-Za-z][\w-]*",
    "lesson": r"[a-z][a-z0-9-]*",
}
#: Numbers of the run on screen that a text may hold.
FACTS = ("d_head", "n_heads", "d_model", "n_layers", "d_mlp", "d_vocab", "n_ctx", "n_tokens", "block", "head",
         "sqrt_d_head", "params", "model")  # fmt: skip

TEXT, CODE, FORMULA, FACT = "text", "code", "formula", "fact"


class LessonError(ValueError):
    """A text is not written as lessons are; the message is one sentence with file and line."""


@dataclass(frozen=True)
class Target:
    """What a word stands for: `Target("tensor", "attn.scores")`."""

    kind: str
    name: str

    def text(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True)
class Span:
    """A run of text of one look. `kind`: `text`, `code`, `formula` (LaTeX) or `fact` (its name)."""

    text: str
    kind: str = TEXT
    bold: bool = False
    emphasis: bool = False
    link: Target | None = None


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    spans: Spans


@dataclass(frozen=True)
class Heading:
    spans: Spans


@dataclass(frozen=True)
class Quote:
    """What is often said, and is not quite so."""

    spans: Spans


@dataclass(frozen=True)
class Listing:
    items: tuple[Spans, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Display:
    """A formula on a line of its own, in LaTeX."""

    latex: str


@dataclass(frozen=True)
class Place:
    """Where an experiment stands."""

    key: str


Block = Paragraph | Heading | Quote | Listing | Display | Place

_HEAD, _ITEM, _STEP, _QUOTE = re.compile(r"##\s+"), re.compile(r"[-*]\s+"), re.compile(r"\d+\.\s+"), re.compile(r">\s?")
_EXPERIMENT = re.compile(r"::experiment\s+([a-z][a-z0-9_]*)\s*$")
_OTHER = re.compile(r"#|```|\||!\[|::|---|===|<\w+[ />]")
_LINK = re.compile(r"\[((?:[^\[\]`$]|`[^`]*`|\$[^$]*\$)+)\]\((\w+):([^()\s]*)\)")
_WIDE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def blocks(lines: Sequence[str], where: str = "", first: int = 1) -> tuple[Block, ...]:
    """Lines of a text as blocks. Raises LessonError naming `where` and the line, counted from `first`."""
    return tuple(_Reader(lines, where, first).blocks())


def spans(text: str, where: str = "", line: int = 1) -> Spans:
    """One run of words, as in a paragraph. Raises LessonError."""
    return _Words(text, where, line).read()


def plain(spans: Spans) -> str:
    """The words alone; a fact stands as its name, a formula as its LaTeX."""
    return "".join(span.text for span in spans)


def formulas(blocks: Sequence[Block]) -> Iterator[str]:
    """Every formula of a text, in LaTeX."""
    for block in blocks:
        if isinstance(block, Display):
            yield block.latex
        for part in parts(block):
            yield from (span.text for span in part if span.kind == FORMULA)


def parts(block: Block) -> tuple[Spans, ...]:
    """The runs of words of a block: none, one, or one for each entry of a list."""
    if isinstance(block, Listing):
        return block.items
    return () if isinstance(block, (Display, Place)) else (block.spans,)


def links(blocks: Sequence[Block]) -> Iterator[Target]:
    """Every link of a text, in order, each once for the words that carry it."""
    for block in blocks:
        for part in parts(block):
            last = None
            for span in part:
                if span.link is not None and span.link != last:
                    yield span.link
                last = span.link


class _Reader:
    def __init__(self, lines: Sequence[str], where: str, first: int) -> None:
        self._lines, self._where, self._first = [one.rstrip() for one in lines], where, first
        self._at = 0

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line, number = self._lines[self._at], self._first + self._at
            if not line:
                self._at += 1
            elif line.startswith("$$"):
                yield self._display(number)
            elif found := _EXPERIMENT.match(line):
                self._at += 1
                yield Place(found[1])
            elif _HEAD.match(line):
                self._at += 1
                yield Heading(spans(_HEAD.sub("", line, count=1), self._where, number))
            elif _QUOTE.match(line):
                yield Quote(spans(self._gather(_QUOTE), self._where, number))
            elif _ITEM.match(line):
                yield self._listing(_ITEM)
            elif _STEP.match(line):
                yield self._listing(_STEP)
            elif _OTHER.match(line) or line[0].isspace():
                raise _error(self._where, number, f"“{line.strip()[:30]}” is no paragraph, heading (##), list, quote, "
                             "formula or ::experiment of a lesson")  # fmt: skip
            else:
                yield Paragraph(spans(self._gather(None), self._where, number))

    def _gather(self, sign: re.Pattern[str] | None) -> str:
        """The lines of a paragraph, or of a quote, as one."""
        text = ""
        while self._at < len(self._lines) and (line := self._lines[self._at]):
            if sign is not None:
                if not sign.match(line):
                    break
                line = sign.sub("", line, count=1)
            elif text and (_begins(line) or line.startswith("$$")):
                break
            text = joined(text, line.strip())
            self._at += 1
        return text

    def _listing(self, sign: re.Pattern[str]) -> Listing:
        items: list[tuple[str, int]] = []
        while self._at < len(self._lines) and (line := self._lines[self._at]):
            if sign.match(line):
                items.append((sign.sub("", line, count=1), self._first + self._at))
            elif line[0].isspace() and not _begins(line.strip()):
                items[-1] = (joined(items[-1][0], line.strip()), items[-1][1])
            else:
                break
            self._at += 1
        return Listing(tuple(spans(text, self._where, line) for text, line in items), sign is _STEP)

    def _display(self, number: int) -> Display:
        held = self._lines[self._at].removeprefix("$$")
        self._at += 1
        while not held.endswith("$$"):
            if self._at >= len(self._lines) or not self._lines[self._at]:
                raise _error(self._where, number, "the formula that begins with $$ does not end with $$")
            held = f"{held} {self._lines[self._at].strip()}"
            self._at += 1
        latex = held.removesuffix("$$").strip()
        if not latex or "$" in latex or "{{" in latex:
            raise _error(self._where, number, "a formula between $$ holds something, and neither $ nor a {{fact}}")
        return Display(latex)


def _begins(line: str) -> bool:
    return any(one.match(line) for one in (_HEAD, _ITEM, _STEP, _QUOTE, _EXPERIMENT))


def joined(text: str, line: str) -> str:
    """Two lines as one: with a space, unless Chinese stands on both sides of the break."""
    if not text or not line:
        return text + line
    return text + ("" if _WIDE.match(text[-1]) and _WIDE.match(line[0]) else " ") + line


class _Words:
    """The spans of one run of words."""

    def __init__(self, text: str, where: str, line: int) -> None:
        self._text, self._where, self._line = text, where, line
        self._at = 0
        self._spans: list[Span] = []
        self._bold = self._emphasis = False

    def read(self) -> Spans:
        found = self._scan()
        if self._bold or self._emphasis:
            raise self._wrong(f"{'**' if self._bold else '*'} is opened and not closed")
        if not found:
            raise self._wrong("words are missing")
        return found

    def _scan(self) -> Spans:
        """Read to the end, in the look it begins with."""
        held = ""
        text = self._text
        while self._at < len(text):
            sign = text[self._at]
            if sign == "\\" and self._at + 1 < len(text):
                held += text[self._at + 1]
                self._at += 2
                continue
            if text.startswith("**", self._at) or (sign == "*" and not self._loose()):
                held = self._put(held)
                self._toggle("**" if text.startswith("**", self._at) else "*")
            elif sign == "`":
                held = self._put(held)
                self._put(self._inside("`", "`", "code"), CODE)
            elif sign == "$":
                held = self._put(held)
                latex = self._inside("$", "$", "formula").strip()
                if not latex or "{{" in latex:
                    raise self._wrong("a formula between $ holds something, and no {{fact}}")
                self._put(latex, FORMULA)
            elif text.startswith("{{", self._at):
                held = self._put(held)
                name = self._inside("{{", "}}", "number").strip()
                if name not in FACTS:
                    raise self._wrong(f"there is no number {{{{{name}}}}}: choose from {', '.join(FACTS)}")
                self._put(name, FACT)
            elif sign == "[":
                held = self._put(held)
                self._link()
            else:
                held += sign
                self._at += 1
        self._put(held)
        return tuple(self._spans)

    def _loose(self) -> bool:
        """Whether the star stands alone between spaces: a sign, no emphasis."""
        around = f" {self._text} "[self._at : self._at + 3]
        return around[0].isspace() and around[-1].isspace()

    def _toggle(self, sign: str) -> None:
        self._at += len(sign)
        if sign == "**":
            self._bold = not self._bold
        else:
            self._emphasis = not self._emphasis

    def _put(self, text: str, kind: str = TEXT) -> str:
        if text:
            self._spans.append(Span(text, kind, self._bold, self._emphasis))
        return ""

    def _inside(self, opened: str, closed: str, what: str) -> str:
        begin = self._at + len(opened)
        end = self._text.find(closed, begin)
        if end < 0:
            raise self._wrong(f"the {what} that begins with {opened} does not end with {closed}")
        self._at = end + len(closed)
        return self._text[begin:end]

    def _link(self) -> None:
        found = _LINK.match(self._text, self._at)
        if found is None:
            raise self._wrong("a [ begins a link, [words](kind:target); write \\[ for the sign")
        words, kind, name = found.groups()
        if kind not in KINDS or not re.fullmatch(KINDS[kind], name):
            raise self._wrong(f"“{kind}:{name}” is no target: choose from {', '.join(KINDS)} and a name of its kind")
        inner = _Words(words, self._where, self._line)
        inner._bold, inner._emphasis = self._bold, self._emphasis
        made = inner._scan()
        if (inner._bold, inner._emphasis) != (self._bold, self._emphasis):
            raise self._wrong("** or * is opened inside a link and closed outside, or the other way round")
        self._spans += [replace(span, link=Target(kind, name)) for span in made]
        self._at = found.end()

    def _wrong(self, what: str) -> LessonError:
        return _error(self._where, self._line, what)


def _error(where: str, line: int, what: str) -> LessonError:
    return LessonError(f"{where or 'The text'}, line {line}: {what}.")
