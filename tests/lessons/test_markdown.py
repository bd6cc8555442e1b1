"""The Markdown of lessons, read strictly."""

from __future__ import annotations

import pytest

from tutor.lessons import markdown
from tutor.lessons.markdown import (
    Display,
    Heading,
    LessonError,
    Listing,
    Paragraph,
    Place,
    Quote,
    Span,
    Target,
    blocks,
    spans,
)


def test_every_kind_of_block() -> None:
    text = """A first line
and a second.

## A heading
- one
- two
  goes on
1. first
2. second

> **Often said:** not so.
> Really.

$$S' = \\frac{S}
{\\sqrt{d_k}}$$
::experiment qk_variance
After it."""
    assert blocks(text.splitlines()) == (
        Paragraph((Span("A first line and a second."),)),
        Heading((Span("A heading"),)),
        Listing(((Span("one"),), (Span("two goes on"),))),
        Listing(((Span("first"),), (Span("second"),)), numbered=True),
        Quote((Span("Often said:", bold=True), Span(" not so. Really."))),
        Display("S' = \\frac{S} {\\sqrt{d_k}}"),
        Place("qk_variance"),
        Paragraph((Span("After it."),)),
    )


def test_every_kind_of_span() -> None:
    found = spans("a **b *c*** `x*y` $q_c$ {{d_head}} [to $Q$](tensor:attn.q) 2 * 3 \\* \\[")
    assert found == (
        Span("a "), Span("b ", bold=True), Span("c", bold=True, emphasis=True), Span(" "), Span("x*y", "code"),
        Span(" "), Span("q_c", "formula"), Span(" "), Span("d_head", "fact"), Span(" "),
        Span("to ", link=Target("tensor", "attn.q")), Span("Q", "formula", link=Target("tensor", "attn.q")),
        Span(" 2 * 3 * ["),
    )  # fmt: skip


def test_bold_goes_on_inside_a_link() -> None:
    assert spans("**[x](term:d_k)** [**y**](term:d_k)") == (
        Span("x", bold=True, link=Target("term", "d_k")), Span(" "),
        Span("y", bold=True, link=Target("term", "d_k")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [("注意力", "分数", "注意力分数"), ("查询，", "键", "查询，键"), ("a", "b", "a b"),
     ("用", "softmax", "用 softmax")],
)  # fmt: skip
def test_lines_are_joined_as_the_script_wants(before: str, after: str, whole: str) -> None:
    assert blocks([before, after]) == (Paragraph((Span(whole),)),)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("ok\n\na **b", 3, "** is opened"),
        ("a `b", 1, "does not end with `"),
        ("a $b", 1, "does not end with $"),
        ("a {{width}}", 1, "no number {{width}}"),
        ("$x = {{d_head}}$", 1, "no {{fact}}"),
        ("[a](widget:b)", 1, "is no target"),
        ("[a](token:next)", 1, "is no target"),
        ("[a] b", 1, "begins a link"),
        ("ok\n\n# Title", 3, "is no paragraph"),
        ("ok\n\n### Title", 3, "is no paragraph"),
        ("| a | b |", 1, "is no paragraph"),
        ("![a](b.png)", 1, "is no paragraph"),
        ("    code", 1, "is no paragraph"),
        ("$$x\n\ny$$", 1, "does not end with $$"),
        ("::experiment Bad", 1, "is no paragraph"),
        ("[**a](term:d_k)**", 1, "inside a link"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(text: str, line: int, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        blocks(text.splitlines(), "why-x.md")
    assert str(caught.value).startswith(f"why-x.md, line {line}: ")
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


def test_formulas_and_links_are_found() -> None:
    made = blocks(["a $x$ [b $y$ c](term:t) [d](lesson:why-x)", "", "- $z$", "", "$$w$$"])
    assert list(markdown.formulas(made)) == ["x", "y", "z", "w"]
    assert list(markdown.links(made)) == [Target("term", "t"), Target("lesson", "why-x")]
