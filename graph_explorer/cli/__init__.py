"""The command line: one table of commands, each a function of what was typed.

The one rule: bad input ends in one line on standard error that names the place and the remedy, and in
exit code 2; there is never a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

#: What only a graphical part can do, given by whoever starts the program.
Window = Callable[[Path | None], int]
Painter = Callable[[Any, argparse.Namespace], None]

DONE, FAILED, BAD_INPUT = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"graph-explorer: {message}; see '{self.prog} --help'\n")


def _document_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml), a model (.onnx) or the name of an example")
    _value_arguments(parser)
    parser.add_argument("--wrt", action="append", metavar="NAME", help="differentiate with respect to this")
    parser.add_argument(
        "--output", metavar="NAME", help="the value that is differentiated: NAME or NAME[0,3]"
    )


def _value_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="give a leaf another value"
    )
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=FILE.npy", help="give a leaf an array"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="shifts the seeds of random values")


def _json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    _json_argument(parser)
    parser.add_argument("--npz", type=Path, metavar="OUT", help="write all arrays: value/ID and grad/ID")


def _steps_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    _json_argument(parser)
    parser.add_argument("--jacobian", action="store_true", help="add dense local Jacobians to the JSON")


def _check_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    _json_argument(parser)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write it like 1280x800") from None
    if not (16 <= width <= 16384 and 16 <= height <= 16384):
        raise argparse.ArgumentTypeError("a size goes from 16x16 to 16384x16384")
    return width, height


def _render_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help="the file; its suffix chooses the kind: svg, png, …",
    )
    parser.add_argument(
        "--step", type=int, metavar="K", help="after this step of the backward pass (0: the seed)"
    )
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="in pixels; by default what the graph needs"
    )


def _quiz_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    _json_argument(parser)
    parser.add_argument("--count", type=int, default=10, metavar="N", help="how many questions (10)")
    parser.add_argument("--level", default="", metavar="L", help="beginner, intermediate, advanced or expert")
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="only questions of this kind"
    )


def _lab_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command on a surface takes."""
    _document_arguments(parser)
    _json_argument(parser)
    parser.add_argument(
        "--axes",
        metavar="A,B",
        help="two scalar parameters or entries such as W1[0,1], or directions: random, filter, principal, "
        "checkpoints or line",
    )
    parser.add_argument("--window", metavar="L,R,B,T", help="left, right, bottom and top")
    _examples_argument(parser)
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT", help="draw into a file: png, svg, pdf, gif or mp4"
    )
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    parser.add_argument("--size", type=_size, metavar="WxH", help="of the picture, in pixels")


def _optimize_arguments(parser: argparse.ArgumentParser) -> None:
    _lab_arguments(parser)
    parser.add_argument(
        "--method",
        action="append",
        default=[],
        metavar="NAME[:k=v,…]",
        help="such as adam:lr=0.05; repeat it",
    )
    parser.add_argument(
        "--start", action="append", default=[], metavar="X,Y", help="where every method begins; repeat it"
    )
    parser.add_argument("--steps", type=int, metavar="N", help="how many steps each takes")
    parser.add_argument("--budget", type=int, metavar="N", help="the most evaluations that each may use")


def _surface_arguments(parser: argparse.ArgumentParser) -> None:
    _lab_arguments(parser)
    parser.add_argument(
        "--grid", type=_grid, default=(101, 101), metavar="WxH", help="points along each axis (101x101)"
    )
    parser.add_argument("--npz", type=Path, metavar="OUT", help="write the arrays x, y and values")
    parser.add_argument(
        "--path",
        type=Path,
        metavar="F.npz",
        help="the path of a training, which train --path wrote: shown on the surface",
    )
    parser.add_argument(
        "--through", metavar="A,B,C", help="with --axes checkpoints: epochs of the path (first, last, middle)"
    )
    _place_arguments(parser)


def _examples_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--examples",
        metavar="WHICH",
        help="what the loss is the mean over: training, validation, subset:N, or document",
    )


def _place_arguments(parser: argparse.ArgumentParser) -> None:
    """Where long computations are done, and what is kept of them."""
    parser.add_argument("--workers", type=int, metavar="N", help="how many tasks at once (one a core)")
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="compute on a Dask cluster, such as tcp://127.0.0.1:8786"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="F.npz",
        help="keep results there as they come; what is kept is not computed again",
    )


def _sweep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    _json_argument(parser)
    parser.add_argument(
        "--over",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help="vary this: lr=1e-4..1:9:log, seed=0..4, batch_size=8,32, W1.scale=0.1,1, …; repeat it",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="how often all examples are gone through")
    parser.add_argument("--optimizer", metavar="NAME[:k=v,…]", help="such as adam:lr=0.01")
    parser.add_argument("--batch-size", type=_batch, metavar="N", help="examples of a step, or all")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT", help="write a table (.csv) or a picture: png, svg or pdf"
    )
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    parser.add_argument("--size", type=_size, metavar="WxH", help="of the picture, in pixels")
    _place_arguments(parser)


def _sharpness_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    _json_argument(parser)
    parser.add_argument(
        "--at", type=Path, metavar="F.npz", help="a checkpoint or path of a training; its end is looked at"
    )
    _examples_argument(parser)
    parser.add_argument("--count", type=int, default=1, metavar="N", help="how many eigenvalues (1)")
    parser.add_argument(
        "--tolerance", type=_positive, default=1e-3, metavar="X", help="relative to the largest (0.001)"
    )
    parser.add_argument(
        "--products",
        type=int,
        default=200,
        metavar="N",
        help="the most products an eigenvalue may take (200)",
    )


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    _json_argument(parser)
    parser.add_argument("--epochs", type=int, metavar="N", help="how often all examples are gone through")
    parser.add_argument("--optimizer", metavar="NAME[:k=v,…]", help="such as adam:lr=0.01")
    parser.add_argument("--batch-size", type=_batch, metavar="N", help="examples of a step, or all")
    parser.add_argument("--resume", type=Path, metavar="F.npz", help="go on from this checkpoint")
    parser.add_argument(
        "--checkpoint", type=Path, metavar="F.npz", help="after each epoch, write where the training stands"
    )
    parser.add_argument(
        "--path", type=Path, metavar="F.npz", help="write the parameters after each epoch, for surface --path"
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT",
        help="write the trained document (.toml, .onnx or code), or its curves (.png, .svg or .pdf)",
    )  # fmt: skip
    parser.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    parser.add_argument("--size", type=_size, metavar="WxH", help="of the picture, in pixels")


def _batch(text: str) -> int | str:
    if text == "all":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of examples; write 32 or all") from None


def _positive(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not larger than 0")
    return found


def _health_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    _json_argument(parser)
    parser.add_argument(
        "--lr", type=_positive, default=0.1, metavar="X", help="learning rate of an update (0.1)"
    )
    parser.add_argument(
        "--against", metavar="FILE", help="tell what differs from the run of another document as it stands"
    )


def _grid(text: str) -> tuple[int, int]:
    try:
        columns, rows = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no grid; write it like 101x101") from None
    return columns, rows


def _convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml), a model (.onnx) or the name of an example")
    parser.add_argument("out", type=Path, help="the file to write: .toml, .onnx, .py or .torch.py")
    _value_arguments(parser)
    parser.add_argument("--torch", action="store_true", help="write a .py with PyTorch instead of NumPy")
    parser.add_argument(
        "--dtype", choices=("float32", "float64"), help="the type of the numbers in an .onnx (float32)"
    )


#: Command → what it does, its arguments.
COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "examples": ("list the bundled examples", _json_argument),
    "run": ("run forward and backward, and print all values and gradients", _run_arguments),
    "steps": ("print the backward pass, one line an edge", _steps_arguments),
    "check": ("compare every gradient with central differences", _check_arguments),
    "render": ("draw the graph into a file", _render_arguments),
    "optimize": ("run methods on the document's surface, and print their paths", _optimize_arguments),
    "surface": ("compute the document's surface on a grid", _surface_arguments),
    "sharpness": ("find the largest curvatures of the loss", _sharpness_arguments),
    "train": ("train the document on its data, and print each epoch", _train_arguments),
    "sweep": ("train the document many times with other settings, and compare the runs", _sweep_arguments),
    "quiz": ("ask questions made from the document", _quiz_arguments),
    "health": ("tell what is ill in a run, and how large everything is", _health_arguments),
    "convert": ("write the document as another kind of file: .toml, .onnx or code", _convert_arguments),
    "operations": ("list the operators: which have a rule, a gradient, a local derivative", _json_argument),
}


#: Commands whose function is in a module of its own; the others are in `commands`.
_MODULES = {
    "convert": "graph_explorer.cli.convert",
    "health": "graph_explorer.cli.health",
    "operations": "graph_explorer.cli.operations",
    "optimize": "graph_explorer.cli.descents",
    "sharpness": "graph_explorer.cli.sharpness",
    "surface": "graph_explorer.cli.landscapes",
    "quiz": "graph_explorer.cli.quiz",
    "sweep": "graph_explorer.cli.sweep",
    "train": "graph_explorer.cli.training",
}


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    made = _Parser(
        prog="graph-explorer",
        description="See backpropagation and gradient descent, step by step.",
        epilog="Without a command, 'graph-explorer [FILE]' opens the window.",
    )
    commands = made.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")
    for name, (summary, arguments) in COMMANDS.items():
        arguments(commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + "."))
    return made


def main(arguments: Sequence[str], window: Window, painter: Painter) -> int:
    """Runs one command line; returns the exit code.

    `window(path)` opens the window, `painter(document, options)` draws a picture of its graph, and
    `painter(document, options, *shown)` one of what a command's `picture_of` found.
    """
    from graph_explorer.engine.errors import InputError

    try:
        if not arguments or (arguments[0] not in COMMANDS and not arguments[0].startswith("-")):
            return _open(arguments, window)
        options = parser().parse_args(_joined(arguments))
        if options.command == "render":
            from graph_explorer.cli.commands import document_of

            painter(document_of(options), options)
            return DONE
        module = import_module(_MODULES.get(options.command, "graph_explorer.cli.commands"))
        shown = module.picture_of(options) if hasattr(module, "picture_of") else None
        if shown is not None:
            painter(shown[0], options, *shown[1:])
            return DONE
        code = int(getattr(module, f"command_{options.command}")(options))
        sys.stdout.flush()  # so that a reader who left is noticed here
        return code
    except InputError as error:
        sys.stderr.write(f"graph-explorer: {str(error).splitlines()[0]}\n")
        return BAD_INPUT
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return 130
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else DONE


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--start -1,2` as `--start=-1,2`: behind an option that takes numbers a dash is a minus."""
    found: list[str] = []
    for argument in arguments:
        if found and found[-1] in ("--start", "--window") and argument[:1] == "-" and argument[1:2] != "-":
            found[-1] += f"={argument}"
        else:
            found.append(argument)
    return found


def _open(arguments: Sequence[str], window: Window) -> int:
    if len(arguments) > 1:
        sys.stderr.write(
            f"graph-explorer: '{arguments[0]}' is no command; "
            f"known: {', '.join(COMMANDS)}, or one FILE to open\n"
        )
        return BAD_INPUT
    if not arguments:
        return window(None)
    from graph_explorer.engine.errors import InputError
    from graph_explorer.formats.examples import resolve

    path = resolve(arguments[0])
    if not path.is_file():
        raise InputError("there is no such file; see 'graph-explorer examples'", source=str(path))
    return window(path)
