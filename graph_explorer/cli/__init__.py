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

from graph_explorer.cli import arguments as takes

#: What only a graphical part can do, given by whoever starts the program.
Window = Callable[[Path | None], int]
Painter = Callable[[Any, argparse.Namespace], None]

DONE, BAD_INPUT = 0, 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"graph-explorer: {message}; see '{self.prog} --help'\n")


#: Command → what it does, its arguments.
COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "examples": ("list the bundled examples", takes.json_argument),
    "run": ("run forward and backward, and print all values and gradients", takes.run_arguments),
    "steps": ("print the backward pass, one line an edge", takes.steps_arguments),
    "check": ("compare every gradient with central differences", takes.check_arguments),
    "render": ("draw the graph into a file", takes.render_arguments),
    "optimize": ("run methods on the document's surface, and print their paths", takes.optimize_arguments),
    "surface": ("compute the document's surface on a grid", takes.surface_arguments),
    "sharpness": ("find the largest curvatures of the loss", takes.sharpness_arguments),
    "train": ("train the document on its data, and print each epoch", takes.train_arguments),
    "sweep": (
        "train the document many times with other settings, and compare the runs",
        takes.sweep_arguments,
    ),
    "quiz": ("ask questions made from the document", takes.quiz_arguments),
    "health": ("tell what is ill in a run, and how large everything is", takes.health_arguments),
    "convert": ("write the document as another kind of file: .toml, .onnx or code", takes.convert_arguments),
    "operations": (
        "list the operators: which have a rule, a gradient, a local derivative",
        takes.json_argument,
    ),
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
