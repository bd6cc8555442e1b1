"""What the engine names in English and keys, said in the learner's language: stages, operations, rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale

_STAGES = (
    QT_TRANSLATE_NOOP("stage", "Tokenize"), QT_TRANSLATE_NOOP("stage", "Embed"),
    QT_TRANSLATE_NOOP("stage", "Positions"), QT_TRANSLATE_NOOP("stage", "Norm 1"),
    QT_TRANSLATE_NOOP("stage", "Norm 2"), QT_TRANSLATE_NOOP("stage", "Q, K, V"),
    QT_TRANSLATE_NOOP("stage", "Split heads"), QT_TRANSLATE_NOOP("stage", "Scores"),
    QT_TRANSLATE_NOOP("stage", "Scale"), QT_TRANSLATE_NOOP("stage", "Mask"), QT_TRANSLATE_NOOP("stage", "Softmax"),
    QT_TRANSLATE_NOOP("stage", "× V"), QT_TRANSLATE_NOOP("stage", "Concat"),
    QT_TRANSLATE_NOOP("stage", "Output projection"), QT_TRANSLATE_NOOP("stage", "Add"),
    QT_TRANSLATE_NOOP("stage", "Add & Norm"), QT_TRANSLATE_NOOP("stage", "FFN"),
    QT_TRANSLATE_NOOP("stage", "Final norm"), QT_TRANSLATE_NOOP("stage", "Logits"),
    QT_TRANSLATE_NOOP("stage", "Probabilities"), QT_TRANSLATE_NOOP("stage", "Token types"),
    QT_TRANSLATE_NOOP("stage", "Embedding norm"), QT_TRANSLATE_NOOP("stage", "Q, K norm"),
    QT_TRANSLATE_NOOP("stage", "Rotary positions"), QT_TRANSLATE_NOOP("stage", "Share K, V heads"),
    QT_TRANSLATE_NOOP("stage", "Padding mask"), QT_TRANSLATE_NOOP("stage", "Prediction head"),
)  # fmt: skip
_OPERATIONS = (
    QT_TRANSLATE_NOOP("operation", "tokenize"), QT_TRANSLATE_NOOP("operation", "lookup"),
    QT_TRANSLATE_NOOP("operation", "position rows"), QT_TRANSLATE_NOOP("operation", "sinusoid"),
    QT_TRANSLATE_NOOP("operation", "linear"), QT_TRANSLATE_NOOP("operation", "add"),
    QT_TRANSLATE_NOOP("operation", "scale"), QT_TRANSLATE_NOOP("operation", "same numbers"),
    QT_TRANSLATE_NOOP("operation", "split heads"), QT_TRANSLATE_NOOP("operation", "transpose"),
    QT_TRANSLATE_NOOP("operation", "concat"), QT_TRANSLATE_NOOP("operation", "q × kᵀ"),
    QT_TRANSLATE_NOOP("operation", "mask"), QT_TRANSLATE_NOOP("operation", "softmax"),
    QT_TRANSLATE_NOOP("operation", "pattern × v"), QT_TRANSLATE_NOOP("operation", "mean"),
    QT_TRANSLATE_NOOP("operation", "variance"), QT_TRANSLATE_NOOP("operation", "normalize"),
    QT_TRANSLATE_NOOP("operation", "scale and shift"), QT_TRANSLATE_NOOP("operation", "ReLU"),
    QT_TRANSLATE_NOOP("operation", "GELU"), QT_TRANSLATE_NOOP("operation", "GELU (tanh)"),
    QT_TRANSLATE_NOOP("operation", "SiLU"), QT_TRANSLATE_NOOP("operation", "multiply"),
    QT_TRANSLATE_NOOP("operation", "mean square"), QT_TRANSLATE_NOOP("operation", "normalize (RMS)"),
    QT_TRANSLATE_NOOP("operation", "rotate"), QT_TRANSLATE_NOOP("operation", "share heads"),
    QT_TRANSLATE_NOOP("operation", "type row"), QT_TRANSLATE_NOOP("operation", "even softmax"),
    QT_TRANSLATE_NOOP("operation", "pattern × v, silenced"),
)  # fmt: skip
#: Words among the symbols of a working table.
_COLUMNS = (
    QT_TRANSLATE_NOOP("column", "product"), QT_TRANSLATE_NOOP("column", "max"), QT_TRANSLATE_NOOP("column", "mean"),
    QT_TRANSLATE_NOOP("column", "mean x²"), QT_TRANSLATE_NOOP("column", "var"), QT_TRANSLATE_NOOP("column", "allowed"),
)  # fmt: skip
#: Remarks that shipped models carry.
_REMARKS = (
    QT_TRANSLATE_NOOP("remark", "The article counts 100,069 as its largest id; cl100k_base has 100,277."),
    QT_TRANSLATE_NOOP("remark", "A small decoder-only Transformer that tells simple stories, trained "
        "for Transformer Tutor"),
    QT_TRANSLATE_NOOP("remark", "A small encoder–decoder Transformer that translates simple English "
        "sentences into Chinese, trained for Transformer Tutor"),
    QT_TRANSLATE_NOOP("remark", "A small encoder-only Transformer that fills gaps in simple stories, "
        "trained for Transformer Tutor"),
    QT_TRANSLATE_NOOP("remark", "the article's worked example: one decoder block, not trained, so that "
        "only the steps matter"),
    QT_TRANSLATE_NOOP("remark", "a small encoder–decoder of the original kind, not trained: the way "
        "from one text to another"),
    QT_TRANSLATE_NOOP("remark", "SmolLM2-135M Instruct by Hugging Face, a small language model that "
        "continues any English text"),
    QT_TRANSLATE_NOOP("remark", "dequantised from Q4_1"),
    QT_TRANSLATE_NOOP("remark", "a model of your own"),
)  # fmt: skip

#: Where a model's weights are.
_STATES = (
    QT_TRANSLATE_NOOP("state", "random weights"), QT_TRANSLATE_NOOP("state", "ships with the app"),
    QT_TRANSLATE_NOOP("state", "in your data folder"), QT_TRANSLATE_NOOP("state", "on request"),
)  # fmt: skip

_WHY = {
    "tokenize": QT_TRANSLATE_NOOP("why", "A model reads numbers, so the text is cut into pieces from a fixed vocabulary "
        "and each piece is replaced by its id. Frequent pieces are whole words, rare words fall apart."),
    "embed": QT_TRANSLATE_NOOP("why", "Each id picks its row of the embedding table: a vector the model has learned for "
        "that piece of text. The same token always starts as the same vector."),
    "position": QT_TRANSLATE_NOOP("why", "Attention by itself does not see the order of the tokens. Adding a code for the "
        "position makes the same token differ from place to place."),
    "norm": QT_TRANSLATE_NOOP("why", "Each position's vector is brought to mean 0 and variance 1, then scaled and shifted "
        "by learned numbers. This keeps the sizes steady from block to block."),
    "qkv": QT_TRANSLATE_NOOP("why", "Three learned matrices turn the same vector into three: what this position asks for "
        "(query), what it offers to be found by (key), and what it hands over (value)."),
    "split": QT_TRANSLATE_NOOP("why", "The features are dealt out to the heads, side by side. No number changes: each head "
        "now works on its own slice."),
    "scores": QT_TRANSLATE_NOOP("why", "Every query meets every key: the products of their features add up. A large score "
        "means that query and key point the same way."),
    "scale": QT_TRANSLATE_NOOP("why", "A sum of d products grows with d. Dividing by the root of d keeps the scores in the "
        "range where softmax still tells keys apart gently."),
    "mask": QT_TRANSLATE_NOOP("why", "A position may look at itself and back, never ahead, and never at padding. −∞ before "
        "softmax becomes exactly 0 after it."),
    "softmax": QT_TRANSLATE_NOOP("why", "Each row becomes positive shares that sum to 1. Subtracting the largest score "
        "first changes nothing but keeps exp in range."),
    "times_v": QT_TRANSLATE_NOOP("why", "Each position takes the values of the keys in the shares of its row: a weighted "
        "average of what the other positions hand over."),
    "concat": QT_TRANSLATE_NOOP("why", "The heads' results are laid side by side again. No number changes."),
    "project": QT_TRANSLATE_NOOP("why", "A learned matrix mixes what the heads found into one vector for each position."),
    "add": QT_TRANSLATE_NOOP("why", "The result is added to what was there before. The residual stream keeps everything, "
        "and gradients have a direct way back."),
    "add_norm": QT_TRANSLATE_NOOP("why", "The result is added to what was there before, and each position's sum is brought "
        "to mean 0 and variance 1, then scaled and shifted by learned numbers."),
    "ffn": QT_TRANSLATE_NOOP("why", "Each position is widened, bent by the activation, and narrowed again, without looking "
        "at the others."),
    "logits": QT_TRANSLATE_NOOP("why", "Each position's vector is compared with every entry of the vocabulary: one number "
        "for each possible next token."),
    "probs": QT_TRANSLATE_NOOP("why", "Softmax turns the logits into probabilities: for each position, how likely each token "
        "is to come next."),
}  # fmt: skip
_WHY |= {
    "types": QT_TRANSLATE_NOOP("why", "Models trained on pairs of texts add a vector that says which text a token "
        "belongs to. A single text is all of type 0, so every position gets the same row."),
    "embed_norm": QT_TRANSLATE_NOOP("why", "The sum of the embeddings is brought to mean 0 and variance 1 at each position "
        "before the first block. So the first block already sees vectors of a steady size."),
    "norm_rms": QT_TRANSLATE_NOOP("why", "Each position's vector is divided by its root mean square and scaled by learned "
        "numbers. RMSNorm keeps the sizes steady as layer norm does, but takes no mean away and adds no shift."),
    "qk_norm": QT_TRANSLATE_NOOP("why", "Each head's queries and keys are brought to one size before they meet. So the "
        "scores cannot grow without bound, however deep the model is."),
    "rotate": QT_TRANSLATE_NOOP("why", "Pairs of features of queries and keys are turned by an angle that grows with the "
        "position. In the product of a query and a key only the difference of the angles is left: how far apart they are."),
    "share": QT_TRANSLATE_NOOP("why", "Several query heads share one head of keys and values (grouped-query attention). "
        "While the model writes, fewer keys and values have to be kept; no number changes here."),
    "pad_mask": QT_TRANSLATE_NOOP("why", "Here a position may look both ways, at every real position of the sentence. Only "
        "padding is hidden: −∞ before softmax becomes exactly 0 after it."),
    "head": QT_TRANSLATE_NOOP("why", "One more layer prepares each position's vector for guessing tokens: a learned matrix, "
        "the activation and a norm. It is trained together with the gaps that the model has to fill."),
    "add_parallel": QT_TRANSLATE_NOOP("why", "Attention and FFN have read the same input side by side, and both results are "
        "added to it at once. The residual stream keeps everything, and gradients have a direct way back."),
    "mask_window": QT_TRANSLATE_NOOP("why", "A position may look at itself and a fixed number of places back, never "
        "ahead, and never at padding (sliding window). What lies further back still reaches it through earlier blocks."),
    "ffn_gated": QT_TRANSLATE_NOOP("why", "Each position is widened twice: one copy, bent by the activation, is a gate that "
        "multiplies the other. Then it is narrowed again, without looking at the others."),
    "logits_gap": QT_TRANSLATE_NOOP("why", "Each position's vector is compared with every entry of the vocabulary: one "
        "number for each token that could stand there."),
    "probs_gap": QT_TRANSLATE_NOOP("why", "Softmax turns the logits into probabilities: for each position, how likely each "
        "token is to stand there. At the mask this is the model's answer, since it could not see what was there."),
    "cross_norm": QT_TRANSLATE_NOOP("why", "Each target position's vector is brought to a steady size before it looks at "
        "the source. What the encoder made is left as it is."),
    "cross_qkv": QT_TRANSLATE_NOOP("why", "Here the two texts meet: the queries ask from the target, while keys and values "
        "answer from the source. Every decoder block reads the same encoder output, each with matrices of its own."),
    "cross_split": QT_TRANSLATE_NOOP("why", "The features are dealt out to the heads, side by side: one row of queries for "
        "each target token, one row of keys and values for each source token. No number changes."),
    "cross_scores": QT_TRANSLATE_NOOP("why", "Every query of the target meets every key of the source: rows are target "
        "tokens, columns are source tokens. A large score means that this source token answers the question."),
    "cross_scale": QT_TRANSLATE_NOOP("why", "A sum of d products grows with d, across texts as within one. Dividing by the "
        "root of d keeps the scores in the range where softmax still tells source tokens apart gently."),
    "cross_pad_mask": QT_TRANSLATE_NOOP("why", "The whole source is known before the first target token is written, so every "
        "target position may look at all of it. Only the source's padding is hidden."),
    "cross_softmax": QT_TRANSLATE_NOOP("why", "Each row becomes shares of the source tokens that sum to 1. In a trained "
        "translator they often show which source words the next target word comes from."),
    "cross_times_v": QT_TRANSLATE_NOOP("why", "Each target position takes the values of the source tokens in the shares of "
        "its row. This is the only way by which the source's content reaches the target."),
    "cross_concat": QT_TRANSLATE_NOOP("why", "The heads' findings in the source are laid side by side again, one row for "
        "each target token. No number changes."),
    "cross_project": QT_TRANSLATE_NOOP("why", "A learned matrix mixes what the heads found in the source into one vector "
        "for each target position."),
    "cross_add": QT_TRANSLATE_NOOP("why", "What was found in the source is added to what the target position knew already. "
        "From here on the target's residual stream carries both texts."),
    "cross_add_norm": QT_TRANSLATE_NOOP("why", "What was found in the source is added to what the target position knew "
        "already, and each position's sum is brought to mean 0 and variance 1. From here on it carries both texts."),
}  # fmt: skip
_WHY |= {
    "norm2": _WHY["norm"], "final_norm": _WHY["norm"], "add2": _WHY["add"], "add_norm2": _WHY["add_norm"],
    "norm2_rms": _WHY["norm_rms"], "final_norm_rms": _WHY["norm_rms"], "cross_qk_norm": _WHY["qk_norm"],
    "cross_rotate": _WHY["rotate"], "cross_share": _WHY["share"],
}  # fmt: skip

_NOTES = {
    "compare.shapes": QT_TRANSLATE_NOOP("note", "No difference of {now} and {held}: pin a tensor of this shape."),
    "compare.cut": QT_TRANSLATE_NOOP("note", "Matched by position: the {rows} × {columns} that both have."),
    "compare.tokens": QT_TRANSLATE_NOOP("note", "Other tokens at {count} of {of} positions."),
    "compare.infinite": QT_TRANSLATE_NOOP("note", "±∞: a mask took the number from one of the two alone."),
    "compare.difference": QT_TRANSLATE_NOOP("note", "No tensor of the model: the current number less the pinned one."),
    "derived.mean": QT_TRANSLATE_NOOP("note", "No tensor of the model: the mean of {count} of its numbers."),
    "derived.sum": QT_TRANSLATE_NOOP("note", "No tensor of the model: the sum of {count} of its numbers."),
    "lookup": QT_TRANSLATE_NOOP("note", "The token's id is {id}, so this is row {id} of the table, feature {column}."),
    "same number": QT_TRANSLATE_NOOP("note", "The same number as {link}: only its place changes."),
    "sinusoid": QT_TRANSLATE_NOOP("note", "Pair {pair} turns once every {wavelength} positions."),
    "gradient": QT_TRANSLATE_NOOP("note", "The chain rule: for every number made from this one, its own gradient times "
        "how much it moves with this one, all added up."),
    "gradient none": QT_TRANSLATE_NOOP("note", "The goal is not computed from this number, so it does not move with it."),
    "goal": QT_TRANSLATE_NOOP("note", "This is the goal g itself: it grows by exactly as much as itself."),
    "not goal": QT_TRANSLATE_NOOP("note", "Not the goal, and nothing that the goal is computed from comes after it."),
    "goal token": QT_TRANSLATE_NOOP("note", "The token of the goal: ∂(−ln p)/∂logit = p − 1; a larger logit here is less "
        "surprise."),
    "goal other": QT_TRANSLATE_NOOP("note", "Another token: ∂(−ln p)/∂logit = its own p; a larger logit here is more "
        "surprise."),
    "given": QT_TRANSLATE_NOOP("note", "A weight of the model: it is read as it is, and nothing computes it."),
    "token": QT_TRANSLATE_NOOP("note", "The token with id {id}, made by the merges below."),
    "may look": QT_TRANSLATE_NOOP("note", "Query {query_token} ({query}) may look at key {key_token} ({key}), so nothing "
        "is taken away."),
    "causal": QT_TRANSLATE_NOOP("note", "Query {query_token} ({query}) may not look at key {key_token} ({key}), because "
        "{key} > {query}: it lies ahead."),
    "window": QT_TRANSLATE_NOOP("note", "Query {query_token} ({query}) may not look at key {key_token} ({key}), because "
        "{query} − {key} ≥ {window}: it lies too far back."),
    "rotary": QT_TRANSLATE_NOOP("note", "Pair {pair} turns once every {wavelength} positions; here it is turned {pos} "
        "times its angle."),
    "not turned": QT_TRANSLATE_NOOP("note", "The same number as {link}: this feature is not turned."),
    "padding": QT_TRANSLATE_NOOP("note", "Key {key} is padding, because {key} ≥ {length}, the number of tokens in this "
        "sentence."),
    "padding −1000": QT_TRANSLATE_NOOP("note", "Key {key} is padding, because {key} ≥ {length}, the number of tokens in "
        "this sentence: 1000 is taken away, which is not quite hidden."),
    "padding left in": QT_TRANSLATE_NOOP("note", "Key {key} is padding, but padding is not masked here."),
    "put set": QT_TRANSLATE_NOOP("note", "Set by you: computed from its operands it would be {was}."),
    "put changed": QT_TRANSLATE_NOOP("note", "Set by you: it was {was}."),
    "put off": QT_TRANSLATE_NOOP("note", "Switched off by you: computed from its operands it would be {was}."),
    "put from": QT_TRANSLATE_NOOP("note", "Taken from the run of “{text}”: computed here it would be {was}."),
    "even head": QT_TRANSLATE_NOOP("note", "Head {head} was made even by you: each of the {count} keys that are not "
        "hidden gets the same share."),
    "silent head": QT_TRANSLATE_NOOP("note", "Head {head} was silenced by you: its result is 0, whatever it looked at."),
    "empty row": QT_TRANSLATE_NOOP("note", "Every key of this row is masked, so the shares are 0 ÷ 0: not a number."),
}  # fmt: skip


_CROSS = "Cross: "


def stage(title: str, inside: bool = False) -> str:
    """A stage's name; one this table does not know keeps its English name.

    With `inside`, a stage of cross-attention is named as among its own, where the way there already says which.
    """
    plain = title.removeprefix(_CROSS)
    said = QCoreApplication.translate("stage", plain)
    if plain == title or inside:
        return said
    return QCoreApplication.translate("stage", "Cross: {stage}").format(stage=said)


def is_cross(key: str) -> bool:
    """Whether a stage belongs to cross-attention."""
    return key.startswith("cross_")


def begins_attention(key: str) -> bool:
    """Whether a stage is the first of an attention."""
    return key.removeprefix("cross_") == "qkv"


def ends_attention(key: str) -> bool:
    """Whether a stage is the last of an attention."""
    return key.removeprefix("cross_") == "project"


def attention(cross: bool) -> str:
    """The name of an attention where a block has two."""
    name = QT_TRANSLATE_NOOP("stage", "Cross-attention") if cross else QT_TRANSLATE_NOOP("stage", "Self-attention")
    return QCoreApplication.translate("stage", name)


def operation(title: str) -> str:
    """An operation's name; one this table does not know keeps its own."""
    return QCoreApplication.translate("operation", title)


def language() -> str:
    """The window's language as the texts of lessons and questions are kept: `en` or `zh_CN`."""
    return "zh_CN" if QLocale().name().startswith("zh") else "en"


def column(label: str) -> str:
    """What a column of a working table holds; symbols stay as they are."""
    return QCoreApplication.translate("column", label)


def remark(text: str) -> str:
    """A model's remark; one this table does not know keeps its own words."""
    return QCoreApplication.translate("remark", text)


_SECTIONS = {"input": QT_TRANSLATE_NOOP("section", "Input"), "output": QT_TRANSLATE_NOOP("section", "Output")}
_SIDES = {"encoder": QT_TRANSLATE_NOOP("section", "Encoder"), "decoder": QT_TRANSLATE_NOOP("section", "Decoder")}


def part(name: str) -> str:
    """A part of the model without its side: Input, Block 1, Output."""
    tail = name.rsplit(".", 1)[-1]
    if tail.isdigit():
        return QCoreApplication.translate("section", "Block {number}").format(number=tail)
    return QCoreApplication.translate("section", _SECTIONS[tail]) if tail in _SECTIONS else name


def side(name: str) -> str:
    """The half of an encoder–decoder that a part or a text belongs to; "" where there are no halves."""
    first = name.split(".", 1)[0]
    return QCoreApplication.translate("section", _SIDES[first]) if first in _SIDES else ""


def state(text: str) -> str:
    """Where a model's weights are."""
    return QCoreApplication.translate("state", text)


def section(name: str) -> str:
    """The name of a part of the model: Input, Block 1, Encoder · Block 1, Output."""
    return " · ".join(one for one in (side(name), part(name)) if one)


def why(key: str, variants: Sequence[str] = ()) -> str:
    """Why there is such a stage, in two sentences; "" where nothing is known of it.

    `variants` are habits of the model ("rms", "gap", "parallel", "gated", "window") that may have words of their own.
    """
    names = [f"{key}_{variant}" for variant in variants] + [key]
    found = next((name for name in names if name in _WHY), None)
    return QCoreApplication.translate("why", _WHY[found]) if found is not None else ""


def note(key: str, facts: Mapping[str, object]) -> str:
    """A rule as a sentence; one this table does not know says its key."""
    if key not in _NOTES:
        return key
    try:
        return QCoreApplication.translate("note", _NOTES[key]).format(**facts)
    except KeyError:
        return key
