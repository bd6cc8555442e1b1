"""LaTeX formulas as SVG: set ahead into `resources/formulas/`, or on the spot where a formula is new.

`python -m tutor.typeset` fills the folder with the formulas of every family and choice and those of lessons and
glossary, and takes out what is none; with `--check` it writes nothing and says what is missing or too much.
Colours are placeholders, which a view replaces by those of its theme.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tutor import resources
from tutor.engine import families, gradients
from tutor.engine.spec import CHOICES, ModelSpec, Rope
from tutor.engine.vocabulary import outputs

SIZE = 20
#: What stands in an SVG for the colour of the ink and of each role.
PLACEHOLDERS: Mapping[str, str] = {"ink": "black", "query": "#000001", "key": "#000002", "value": "#000003"}


def key(latex: str) -> str:
    """File name of a formula."""
    return hashlib.sha1(latex.encode()).hexdigest()[:16] + ".svg"


def shipped(latex: str) -> str:
    """The formula as SVG where it is shipped, "" where it would have to be set first."""
    try:
        return resources.path("formulas", key(latex)).read_text(encoding="utf-8")
    except OSError:
        return ""


@lru_cache(maxsize=512)
def svg(latex: str) -> str:
    """The formula as SVG with placeholder colours; "" where it is not shipped and cannot be set here."""
    return shipped(latex) or set_formula(latex)


def set_formula(latex: str) -> str:
    """Set a formula with ziamath; "" where the library or its grammar does not allow it."""
    with warnings.catch_warnings():
        # What the library warns of is not the learner's to mend.
        warnings.simplefilter("ignore")
        return _set(latex)


def _set(latex: str) -> str:
    try:
        import ziamath
    except Exception:  # not installed, or it does not start here; a formula must never stop a step
        return ""
    ziamath.config.svg2 = False  # QtSvg draws <use> elements wrongly
    coloured = re.sub(
        r"\\textcolor\{(\w+)\}", lambda found: rf"\textcolor{{{PLACEHOLDERS.get(found[1], 'black')}}}", latex
    )
    try:
        return str(ziamath.Latex(coloured, size=SIZE).svg())
    except Exception:  # a formula it cannot parse is shown as text
        return ""


_WORDS = {
    r"\odot": "⊙", r"\cdot": "·", r"\infty": "∞", r"\sum": "Σ", r"\mu": "μ", r"\sigma": "σ", r"\gamma": "γ",
    r"\theta": "θ", r"\mp": "∓", r"\pm": "±", r"\lfloor": "⌊", r"\rfloor": "⌋",
    r"\beta": "β", r"\varepsilon": "ε", r"\pi": "π", r"\geq": "≥", r"\ldots": "…", r"\quad": " ", r"\left": "",
    r"\right": "", r"\ ": " ", r"\,": " ", r"\times": "×", r"\approx": "≈", r"\neq": "≠", r"\leq": "≤", r"\le": "≤",
    r"\ge": "≥", r"\alpha": "α", r"\lambda": "λ", r"\omega": "ω", r"\partial ": "∂", r"\partial": "∂",
    r"\nabla": "∇", r"\Delta": "Δ",
    r"\delta": "δ", r"\eta": "η", r"\tau": "τ", r"\in": "∈", r"\to": "→", r"\rightarrow": "→", r"\cdots": "⋯",
    r"\dots": "…", r"\top": "ᵀ", r"\prime": "′", r"\mid": "|", r"\langle": "⟨", r"\rangle": "⟩", r"\phi": "φ",
    r"\varphi": "φ",
}  # fmt: skip


def words(latex: str) -> str:
    """The formula as a line of text, for a screen reader and where it cannot be drawn."""
    text = re.sub(r"\\textcolor\{\w+\}", "", latex)
    text = text.replace(r"^{\mathsf{T}}", "ᵀ")
    for _ in range(4):  # from the inside out
        text = re.sub(r"\\(?:mathrm|mathsf|operatorname)\{([^{}]*)\}", r"\1", text)
        text = re.sub(r"\\tilde\{(\w)\}", "\\1\u0303", text)
        text = re.sub(r"\\hat\{(\w)\}", "\\1\u0302", text)
        text = re.sub(r"([_^])\{([^{}]*)\}", r"\1(\2)", text)
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1) / (\2)", text)
        text = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", text)
        text = re.sub(r"(?<![\\\w}])\{([^{}]*)\}", r"\1", text)
    for name in sorted(_WORDS, key=len, reverse=True):
        text = text.replace(name, _WORDS[name])
    return " ".join(text.replace("\\", "").replace("{", "").replace("}", "").split())


#: Widths of models and heads that are met; a formula names the root it divides by.
_WIDTHS = (4, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 72, 80, 96, 100, 112, 120, 128, 160, 192, 224, 256, 288, 320,
           384, 448, 512, 576, 640, 768, 896, 1024, 1280, 1536, 1600, 2048, 2560, 3072, 4096)  # fmt: skip
#: Choices that meet in one formula, together: each group is varied by itself, the others as in the base.
_TOGETHER: tuple[Mapping[str, tuple[Any, ...]], ...] = (
    {"norm": CHOICES["norm"], "norm_kind": CHOICES["norm_kind"], "final_norm": (False, True), "tied": (False, True)},
    {"positions": CHOICES["positions"], "scale_embed": (False, True), "n_types": (0, 2), "embed_norm": (False, True),
     "pos_offset": (0, 2)},
    {"activation": CHOICES["activation"], "gated": (False, True), "bias": (False, True), "norm": CHOICES["norm"]},
    {"pad": CHOICES["pad"], "causal": (False, True), "window": (0, 4), "scale_scores": (False, True)},
    {"qk_norm": (False, True), "positions": ("none", "rotary"), "n_kv_heads": (0, 2), "norm_kind": CHOICES["norm_kind"],
     "scale_scores": (False, True)},
    {"head": CHOICES["head"], "tied": (False, True), "bias_out": (False, True), "activation": CHOICES["activation"],
     "norm": CHOICES["norm"]},
    {"parallel": (False, True), "norm": ("pre",), "norm_kind": CHOICES["norm_kind"], "gated": (False, True)},
    {"d_head": _WIDTHS}, {"d_model": _WIDTHS, "scale_embed": (True,)},
)  # fmt: skip


def specs() -> Iterable[ModelSpec]:
    """One small model for every way in which a step's formula can differ."""
    base = ModelSpec("any", "decoder_only", d_model=64, n_heads=4, d_head=16, n_layers=1, d_mlp=8, d_vocab=8, n_ctx=8)
    for family in ("decoder_only", "encoder_decoder", "bert"):
        for group in _TOGETHER:
            for values in itertools.product(*group.values()):
                changes = dict(zip(group, values))
                rope = Rope(4) if changes.get("positions", base.positions) == "rotary" else None
                # `eps` is in no formula, and neither are the other sizes.
                yield replace(base, family=family, rope=rope, **changes)
    for spec in families.presets().values():
        yield replace(spec, n_layers=1)


def formulas() -> Iterable[str]:
    """Every formula of every family, under every choice a spec has, one each."""
    seen: set[str] = set()
    for spec in specs():
        program = families.program(spec)
        made = [program.formula(step.name, roles=True) for step in program.steps]
        # Of the backward pass, as from the model's last tensor but the probabilities.
        found = outputs(program)
        start = found[0] if found is not None else program.steps[-1].name
        known = gradients.reached(program, start)
        made += [gradients.formula(program, step.name, start, known, True) for step in program if step.inputs]
        for latex in made:
            if latex not in seen:
                seen.add(latex)
                yield latex


def written() -> Iterable[str]:
    """Every formula of the lessons and of the glossary, in every language, one each. Raises LessonError."""
    # Here, since the window sets formulas long before it opens a lesson.
    from tutor.lessons import markdown
    from tutor.lessons.glossary import glossary
    from tutor.lessons.lesson import lessons
    from tutor.lessons.texts import LANGUAGES

    found: dict[str, None] = {}
    for language in LANGUAGES:
        for lesson in lessons(language).values():
            found.update(dict.fromkeys(markdown.formulas(lesson.blocks)))
        for term in glossary(language).values():
            found.update(dict.fromkeys(markdown.formulas([markdown.Paragraph(term.text)])))
            if term.symbol:
                found[term.symbol] = None
    return found


def wrong(folder: Path) -> list[str]:
    """What is not in the folder and should be, in LaTeX, and files that belong to no formula."""
    wanted = {key(latex): latex for latex in (*formulas(), *written())}
    there = {path.name for path in folder.glob("*.svg")}
    return [wanted[name] for name in sorted(wanted.keys() - there)] + sorted(there - wanted.keys())


def fill(folder: Path) -> int:
    """Write every formula that is not in the folder yet. Returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    made_new = 0
    wanted = list(dict.fromkeys((*formulas(), *written())))
    names = set(map(key, wanted))
    for old in folder.glob("*.svg"):
        if old.name not in names:
            old.unlink()
    for latex in wanted:
        path = folder / key(latex)
        if not path.is_file():
            made = set_formula(latex)
            if not made:
                raise RuntimeError(f"This formula cannot be set: {latex}")
            path.write_text(made, encoding="utf-8")
            made_new += 1
    return made_new


if __name__ == "__main__":
    _FOLDER = Path(__file__).parent.parent / "resources" / "formulas"
    if "--check" in sys.argv:
        _WRONG = wrong(_FOLDER)
        print("\n".join(_WRONG))
        sys.exit(bool(_WRONG))
    print(fill(Path(sys.argv[1]) if len(sys.argv) > 1 else _FOLDER))
