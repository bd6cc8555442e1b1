"""How numbers are written: true minus, `0` for exact zero alone, `~0` for what rounds to it. No Qt here."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

MINUS, INFINITY = "\u2212", "\u221e"


def _special(value: float) -> str | None:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    return "0" if value == 0 else None


def minus(text: str) -> str:
    """Python's hyphen turned into the minus sign, which is as wide as a digit and never breaks a line."""
    return text.replace("-", MINUS)


def fixed(value: float, decimals: int, plus: bool = False) -> str:
    """`value` with so many decimals: 8.6501, −0.7152, ~0, 0, −∞, NaN; `plus` marks positives too."""
    value = float(value)
    special = _special(value)
    if special is not None:
        return special
    text = f"{abs(value):.{decimals}f}"
    if not text.strip("0."):
        return "~0"
    sign = MINUS if value < 0 else "+" if plus else ""
    return sign + text


def compact(value: float, decimals: int, prob: bool = False) -> str:
    """`value` for a cell. A probability drops its leading zero (.60), so that two decimals fit where one did;
    what would be longer than eight characters is written in powers of ten."""
    value = float(value)
    text = fixed(value, decimals)
    if prob and text.startswith("0."):
        return text[1:]
    if prob and text.startswith("1."):
        return text[:max(3, decimals + 1)]
    if len(text) > 8 and math.isfinite(value):
        mantissa, power = f"{value:.1e}".split("e")
        return minus(f"{mantissa}e{int(power)}")
    return text


def decimals_for(values: Iterable[float], characters: int, prob: bool = False) -> int | None:
    """The most decimals (2 or 1, up to 4 where all are below 0.1; a probability 3 or 2) with which every one of
    `values` takes at most `characters`, or None where not even the fewest fit. One for all: figures stay comparable."""
    finite = [float(value) for value in values if math.isfinite(value)]
    small = bool(finite) and 0 < max(map(abs, finite)) < 0.1
    for decimals in (3, 2) if prob else (4, 3, 2, 1) if small else (2, 1):
        if all(len(compact(value, decimals, prob)) <= characters for value in finite):
            return decimals
    return None


def exact(value: float | np.floating) -> str:
    """Every digit that is stored, and no more: the shortest text that reads back as the same float32 (or,
    for a Python float or float64, the same double)."""
    special = _special(float(value))
    if special is not None:
        return special
    kind = value if isinstance(value, np.floating) else np.float64(value)
    if 1e-4 <= abs(float(kind)) < 1e7:
        return minus(np.format_float_positional(kind, trim="0"))
    return minus(np.format_float_scientific(kind, trim="0", exp_digits=1))


#: How a table may write its numbers.
FORMATS = ("auto", "fixed2", "fixed4", "scientific", "exact")


def formatted(value: float, form: str) -> str:
    """`value` in one of FORMATS: four significant digits, two or four decimals, powers of ten, or every digit."""
    if form == "auto":
        return significant(value)
    if form == "exact":
        return exact(value)
    if form == "scientific":
        special = _special(float(value))
        if special is not None:
            return special
        mantissa, power = f"{float(value):.4e}".split("e")
        return minus(f"{mantissa}e{int(power)}")
    return fixed(value, 2 if form == "fixed2" else 4)


def width(form: str, reach: float, double: bool = False) -> int:
    """How many characters the longest number up to ±reach may take in a format: one width for a whole table."""
    whole = len(str(int(min(reach, 1e15)))) if math.isfinite(reach) else 1
    longest = {"auto": 11, "fixed2": whole + 4, "fixed4": whole + 6, "scientific": 11, "exact": 24 if double else 15}
    return max(longest[form], 6)


def tick(value: float, span: float) -> str:
    """A label on a scale that reaches to `span`: no decimals from ten on, one below, more for small scales, powers of
    ten for tiny ones."""
    if value == 0 and span != 0:
        return "0"
    if 0 < span < 1e-4 and math.isfinite(value):
        mantissa, power = f"{value:.1e}".split("e")
        return minus(f"{mantissa.removesuffix('.0')}e{int(power)}")
    decimals = 0 if span >= 10 or span == 0 else 1 if span >= 1 else min(6, 1 - math.floor(math.log10(span)))
    text = fixed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text and span <= 1 else text


def significant(value: float, digits: int = 4) -> str:
    """`value` with so many significant digits: 8.650, 0.0001234, 1.2e−7; a whole number of more digits stays whole."""
    value = float(value)
    special = _special(value)
    if special is not None:
        return special
    power = math.floor(math.log10(abs(value)))
    rounded = abs(float(f"{value:.{digits - 1}e}"))
    if rounded >= 10.0 ** (power + 1):
        power += 1
    if not -5 < power < 7:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return minus(f"{mantissa}e{int(exponent)}")
    return minus(f"{value:.{max(0, digits - 1 - power)}f}")


def count(number: int) -> str:
    """897,920."""
    return minus(f"{number:,}")


def share(value: float) -> str:
    """A probability: four decimals, powers of ten below a thousandth, and `~1` for what only rounds to 1."""
    value = float(value)
    special = _special(value)
    if special is not None:
        return special
    if 0.99995 <= value < 1:
        return "~1"
    if abs(value) >= 0.001:
        return fixed(value, 4)
    mantissa, power = f"{value:.1e}".split("e")
    return minus(f"{mantissa}e{int(power)}")
