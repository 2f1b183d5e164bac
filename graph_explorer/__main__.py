"""The program: `graph-explorer`, or `python -m graph_explorer`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from graph_explorer import cli


def _window(path: Path | None) -> int:
    """Opens the window; where there can be none, what is wrong with the file is said all the same."""
    from graph_explorer.ui import app

    if path is not None and app.trouble(sys.platform, os.environ):
        from graph_explorer.formats import open_document

        open_document(path)
    return app.main(path)


def _paint(document: Any, options: argparse.Namespace) -> None:
    """Draws the picture that the window would show; needs no display."""
    from graph_explorer.document import run
    from graph_explorer.engine.errors import InputError

    suffix = options.out.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise InputError(f"'{options.out.name}' is no kind of picture; give it the suffix .svg or .png")
    trace = run(document, wrt=options.wrt, output=options.output)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from PySide6.QtGui import QGuiApplication

        from graph_explorer.ui import fonts, pictures
    except ImportError as error:
        raise InputError(
            f"Qt cannot be loaded here: {error}; see the README for the libraries it needs"
        ) from None
    application = QGuiApplication.instance() or QGuiApplication(["graph-explorer"])
    fonts.load_fonts()
    save = pictures.save_svg if suffix == ".svg" else pictures.save_png
    save(document, options.out, trace=trace, step=options.step, theme=options.theme, size=options.size)
    del application


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(cli.main(sys.argv[1:], _window, _paint))


if __name__ == "__main__":
    main()
