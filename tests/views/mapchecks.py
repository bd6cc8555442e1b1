"""What must be true of every map, whatever the program: used by the tests of its layout and of the widget."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.engine.graph import Graph
from tutor.engine.program import Program
from tutor.views.maplayout import Layout, Line
from tutor.views.mapways import Point, Rect

SLACK = 0.01


def overlap(a: Rect, b: Rect) -> bool:
    return (
        a.x < b.right - SLACK and b.x < a.right - SLACK and a.y < b.bottom - SLACK and b.y < a.bottom - SLACK
    )  # fmt: skip


def segments(line: Line) -> Iterator[Rect]:
    for a, b in zip(line.points, line.points[1:]):
        assert a.x == b.x or a.y == b.y, "lines are upright or level"
        yield Rect(min(a.x, b.x), min(a.y, b.y), abs(a.x - b.x), abs(a.y - b.y))


def goes_through(piece: Rect, rect: Rect) -> bool:
    """Whether a piece of a line lies inside a rectangle and not only on its border."""
    return (
        piece.x < rect.right - SLACK and piece.right > rect.x + SLACK
        and piece.y < rect.bottom - SLACK and piece.bottom > rect.y + SLACK
    )  # fmt: skip


def on_border(point: Point, rect: Rect) -> bool:
    grown = Rect(rect.x - 0.5, rect.y - 0.5, rect.wide + 1, rect.high + 1)
    inner = Rect(rect.x + 0.5, rect.y + 0.5, max(0.0, rect.wide - 1), max(0.0, rect.high - 1))
    return grown.has(*point) and not (inner.x < point.x < inner.right and inner.y < point.y < inner.bottom)


def check_graph(program: Program, graph: Graph) -> None:
    """Every step is in one box, in order, and whatever a step reads comes from its box, by an arrow, or is given."""
    steps = [step for box in graph.boxes for step in box.steps]
    assert sorted(steps) == sorted(step.name for step in program.steps)
    assert sorted(at for row in graph.rows for at in row.all) == list(range(len(graph.boxes)))
    where = {step: at for at, box in enumerate(graph.boxes) for step in box.steps}
    arrows = {(one.source, one.target, name) for one in graph.arrows for name in one.names}
    needed = set()
    for step in program.steps:
        for name in step.inputs:
            if name not in where:
                assert name in graph.boxes[where[step.name]].given
            elif where[name] != where[step.name]:
                needed.add((where[name], where[step.name], name))
    assert arrows == needed
    for one in graph.arrows:
        assert one.source < one.target or program.order[one.names[0]] < program.order[graph.boxes[one.target].name]
    stages = {at: [box for box in graph.boxes if at in box.stops] for at in range(len(program.stops))}
    for at, boxes in stages.items():
        held = [step for box in boxes for step in box.steps if program.stop_of(step).number == at]
        assert sorted(held) == sorted(step.name for step in program.stops[at].steps)
        assert len([box for box in boxes if box.folded]) == (1 if boxes[0].folded else 0) <= len(boxes)


def check_layout(graph: Graph, made: Layout) -> None:
    """Nothing overlaps, no line crosses a box, a badge or a picture, everything that is read is drawn."""
    nodes = [node.rect for node in made.nodes]
    assert len(nodes) == len(graph.boxes)
    beside = [rect for place in made.places for rect in (place.badge, place.thumb) if rect is not None]
    everything = nodes + beside
    for at, one in enumerate(everything):
        assert one.wide >= 8 and one.high >= 8 and one.x >= 0 and one.y >= 0
        assert one.right <= made.wide and one.bottom <= made.high
        assert not any(overlap(one, other) for other in everything[at + 1 :])
    for line in made.lines:
        for piece in segments(line):
            assert piece.x >= 0 and piece.right <= made.wide and piece.y >= 0 and piece.bottom <= made.high, line
            crossed = [at for at, rect in enumerate(everything) if goes_through(piece, rect)]
            assert not crossed, (line, [graph.boxes[at].name if at < len(nodes) else "beside" for at in crossed])
    drawn: dict[tuple[int, int, tuple[str, ...]], list[Line]] = {}
    for line in made.lines:
        drawn.setdefault((line.source, line.target, line.names), []).append(line)
    thick = [line for line in made.lines if line.kind == "stream"]
    for arrow in graph.arrows:
        mine = drawn.pop((arrow.source, arrow.target, arrow.names))
        assert any(on_border(line.points[-1], nodes[arrow.target]) for line in mine), arrow
        for line in mine:
            begins = on_border(line.points[0], nodes[arrow.source])
            on_stream = any(
                goes_through(Rect(line.points[0].x - 1, line.points[0].y - 1, 2, 2), piece)
                for other in thick if other.source == arrow.source and other is not line
                for piece in (Rect(p.x - 0.5, p.y - 0.5, p.wide + 1, p.high + 1) for p in segments(other))
            )  # fmt: skip
            assert begins or on_stream, arrow
    assert not drawn, "a line for which there is no arrow"
    for frame in made.frames:
        inside = [made.nodes[at] for at, box in enumerate(graph.boxes) if box.section == frame.section]
        assert inside and all(
            frame.rect.y < node.rect.y and node.rect.bottom < frame.rect.bottom for node in inside
        ) or len([one for one in made.frames if one.section == frame.section]) > 1  # fmt: skip
    for at, frame in enumerate(made.frames):
        assert not any(overlap(frame.rect, other.rect) for other in made.frames[at + 1 :])
