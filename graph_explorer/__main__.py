"""The program: `graph-explorer`, or `python -m graph_explorer`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from graph_explorer import cli
from graph_explorer.engine import machine


def _window(path: Path | None) -> int:
    """Opens the window; where there can be none, what is wrong with the file is said all the same."""
    from graph_explorer.ui import app

    if path is not None and app.trouble(sys.platform, os.environ):
        from graph_explorer.formats import open_document

        open_document(path)
    return app.main(path)


def _paint(
    document: Any, options: argparse.Namespace, surface: Any = None, paths: Any = (), drawn: Any = None
) -> None:
    """Draws the picture that the window would show: of the graph, a surface, a sweep or a training."""
    if options.command == "sweep":
        _paint_sweep(document, options, surface)
        return
    if options.command == "train":
        _paint_training(document, options, surface)
        return
    if surface is not None:
        _paint_surface(document, options, surface, paths, drawn)
        return
    from graph_explorer.document import run
    from graph_explorer.ui.exports import export_of

    export = export_of(options.out)
    trace = run(document, wrt=options.wrt, output=options.output)
    application = _offscreen() if export.painted else None
    wanted = {"step": options.step, "theme": options.theme, "size": options.size}
    export.save(document, options.out, trace=trace, **wanted)
    del application


def _paint_surface(document: Any, options: argparse.Namespace, surface: Any, paths: Any, drawn: Any) -> None:
    application = _offscreen()
    from graph_explorer.ui.charts.files import save_chart
    from graph_explorer.ui.charts.made import line_chart
    from graph_explorer.ui.surface.picture import save_surface

    if drawn.grid is not None and len(drawn.grid.y) == 1:
        chart = line_chart(document.name, surface, drawn.grid, drawn.trail)
        save_chart(options.out, chart, options.theme, options.size)
        return
    wanted = {"theme": options.theme, "size": options.size, "window": drawn.window}
    save_surface(options.out, document, surface, paths, grid=drawn.grid, trail=drawn.trail, **wanted)
    del application


def _paint_sweep(document: Any, options: argparse.Namespace, tried: Any) -> None:
    application = _offscreen()
    from graph_explorer.ui.charts.files import save_chart
    from graph_explorer.ui.charts.made import sweep_chart

    save_chart(options.out, sweep_chart(document.name, tried), options.theme, options.size)
    del application


def _paint_training(document: Any, options: argparse.Namespace, trained: Any) -> None:
    application = _offscreen()
    from graph_explorer.ui.training.picture import save_curves
    from graph_explorer.ui.training.state import run_of

    run = run_of(document, trained.training, trained.epochs, trained.start, trained.last)
    save_curves(options.out, document.name, [run], theme_name=options.theme, size=options.size)
    del application


def _offscreen() -> Any:
    """What Qt needs to paint without a display."""
    from graph_explorer.engine.errors import InputError

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from PySide6.QtGui import QGuiApplication

        from graph_explorer.ui import fonts
    except ImportError as error:
        raise InputError(
            f"Qt cannot be loaded here: {error}; see the README for the libraries it needs"
        ) from None
    application = QGuiApplication.instance() or QGuiApplication(["graph-explorer"])
    fonts.load_fonts()
    return application


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    machine.one_thread_a_product()
    machine.keep_memory()
    sys.exit(cli.main(sys.argv[1:], _window, _paint))


if __name__ == "__main__":
    main()
