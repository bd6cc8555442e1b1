"""What a lesson's prose may look like: numbers that are typed in, and Chinese punctuation and spaces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tutor.lessons import markdown
from tutor.lessons.markdown import Block, Quote, Spans

#: Vaswani et al. 2017; Jain & Wallace 2019; Zhang, Sennrich 2019; in brackets also Shazeer 2020. In Chinese
#: Vaswani 等，2017; Zhang 和 Sennrich，2019; Jain 与 Wallace（2019）.
_YEAR = r"(?:19|20)\d\d(?!\d)"
CITATION = re.compile(
    rf"[A-Z]\w+(?: et al\.|(?: &|,) [A-Z]\w+)[ \u00a0]{_YEAR}|(?<=[(（；])[A-Z]\w+ {_YEAR}"
    rf"|[A-Z]\w+(?: 等| 和 [A-Z]\w+)?，{_YEAR}|[A-Z]\w+ 与 [A-Z]\w+（{_YEAR}）"
)
#: Names that hold a digit: GPT-2, T5, float32, Q4_1.
_NAME = re.compile(r"\b[A-Za-z_]+-?\d\w*")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
#: Numbers that are rules, not findings: a share is 0 to 1, a norm's mean 0 and variance 1; −1000 is a setting.
_RULES = {"0", "1", "1000"}
_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+(?=[A-Z*(“])")

_CJK = r"[\u3400-\u9fff]"
_WIDE = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
#: What is written in Latin letters or signs, and so stands apart from Chinese by a space.
_LATIN = r"[A-Za-z0-9\u0370-\u03ff√−∞÷×=+]"


def said(spans: Spans, formula: str = "X") -> str:
    """A run of words as it is read; formulas, numbers of the run and code stand as `formula`."""
    return "".join(span.text if span.kind == markdown.TEXT else formula for span in spans)


def parts(blocks: Sequence[Block]) -> Iterator[tuple[Spans, bool, set[str]]]:
    """Every run of words, whether it is a quote, and the numbers of the quote that stands before it."""
    quoted: set[str] = set()
    for block in blocks:
        quote = isinstance(block, Quote)
        for spans in markdown.parts(block):
            yield spans, quote, set() if quote else quoted
        quoted = set(_NUMBER.findall(said(block.spans))) if isinstance(block, Quote) else set()


def typed_in(text: str, allowed: Collection[str] = ()) -> list[str]:
    """Numbers that somebody typed in: neither a rule, nor in a sentence with a citation, nor part of a name."""
    found = []
    for sentence in _END.split(_shielded(text)):
        rest = CITATION.sub("", sentence)
        if rest != sentence:
            continue
        found += [one for one in _NUMBER.findall(_NAME.sub("", rest)) if one not in _RULES and one not in allowed]
    return found


def _shielded(text: str) -> str:
    """The same with no full stop inside a citation, so that it ends no sentence."""
    return text.replace("et al. ", "et al.\u00a0")


def sentences(text: str) -> int:
    """How many sentences there are."""
    return len([one for one in _END.split(_shielded(text)) if one.strip()])


def misset(text: str) -> list[str]:
    """Where Chinese text breaks the rules: punctuation is full-width, and a space stands between Chinese and Latin, but
    none beside full-width punctuation."""
    rules = (
        rf"{_WIDE}\s?[,;:?!()\"']", rf"[,;:?!()\"']\s?{_WIDE}", rf"{_CJK}\.", rf"{_CJK}{_LATIN}", rf"{_LATIN}{_CJK}",
        r"[，。、；：？！（）“”]\s", r"\s[，。、；：？！（）”]", rf"{_CJK}\s+{_CJK}", r"\s\s", r"\.\.\.",
    )  # fmt: skip
    found = [one.span() for rule in rules for one in re.finditer(rule, text)]
    return [text[max(begin - 6, 0) : end + 6] for begin, end in found]
