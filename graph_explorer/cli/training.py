"""The command `train`: one line an epoch, a checkpoint to go on from, the trained document.

The one rule: what is printed comes from the training itself; a run that is stopped loses at most the
epoch that it is in.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_explorer.cli import report
from graph_explorer.cli.commands import document_of
from graph_explorer.cli.progress import Progress
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.formats import format_of, save_document
from graph_explorer.lab.epochs import Epoch, train
from graph_explorer.lab.standing import Standing, load_standing, save_standing
from graph_explorer.lab.trained import with_result
from graph_explorer.lab.training import Training, read_training
from graph_explorer.lab.training_path import TrainingPath, begun, load_path, path_of, save_path

#: Option of the command line → key of `[training]`.
_SETTINGS = {"epochs": "epochs", "optimizer": "optimizer", "batch_size": "batch_size"}


#: What is drawn of a training instead of a document.
_PICTURES = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Trained:
    """What came of a training: `start` is where it began, `last` where it ended."""

    training: Training
    epochs: tuple[Epoch, ...]
    start: Standing
    last: Standing


def picture_of(options: argparse.Namespace) -> tuple[Document, Trained] | None:
    """The training whose curves a picture shows; None where none is asked for."""
    if options.out is None or options.out.suffix.lower() not in _PICTURES:
        return None
    return _trained(options)


def command_train(options: argparse.Namespace) -> int:
    """Trains a document, and writes it as it then is."""
    if options.out is not None:
        _check_written(options.out)
    document, found = _trained(options)
    if options.out is not None:
        save_document(with_result(document, found.training, found.last), options.out)
    return 0


def _check_written(out: Path) -> None:
    """`InputError`, before there is anything to lose, where no document is written into such a file."""
    try:
        format_of(out, written=True)
    except InputError as error:
        raise InputError(f"{error.message}, {', '.join(_PICTURES)}", source=error.source) from None


def _trained(options: argparse.Namespace) -> tuple[Document, Trained]:
    """The document and what came of its training, told epoch by epoch."""
    document = document_of(options)
    table = {**document.training, **settings_given(options)}
    try:
        training = read_training({**table, "seed": table.get("seed", 0) + options.seed})
    except InputError as error:
        raise document.placed(error) from None
    for file in (options.checkpoint, options.out, options.path):
        if file is not None and not file.parent.is_dir():
            raise InputError(f"there is no folder '{file.parent}'; choose another place", source=str(file))
    start = None if options.resume is None else load_standing(options.resume)
    path = _path(options, document, start)
    progress = Progress(f"of {training.epochs} epochs")
    found: list[Epoch] = []
    last: Standing | None = None
    try:
        for epoch, standing in train(document, training, start=start, checkpoint=progress.show):
            found.append(epoch)
            last = standing
            path = path.with_standing(standing)
            if options.checkpoint is not None:
                save_standing(standing, options.checkpoint)
            progress.clear()
            _say(epoch, options.json)
    finally:
        progress.clear()
        if options.path is not None and last is not None:
            save_path(path, options.path)
    if last is None:
        raise InputError(f"all {training.epochs} epochs are done already; ask for more with --epochs")
    if not options.json:
        print(_conclusion(found[-1]))
    values = {name: each.array for name, each in document.parameters.items()}
    return document, Trained(training, tuple(found), start or Standing(values), last)


def settings_given(options: argparse.Namespace) -> dict[str, Any]:
    """The keys of `[training]` that the command line gives other values."""
    given = {key: getattr(options, option) for option, key in _SETTINGS.items()}
    return {key: value for key, value in given.items() if value is not None}


def _path(options: argparse.Namespace, document: Document, start: Standing | None) -> TrainingPath:
    """The path so far: what a file has of it where a training goes on, else where it begins."""
    if start is None:
        return begun(document)
    if options.path is not None and options.path.exists():
        return load_path(options.path, document).until(start.epoch)
    return path_of([start])


def _say(epoch: Epoch, as_json: bool) -> None:
    print(json.dumps(_record(epoch), ensure_ascii=False) if as_json else _line(epoch), flush=True)


def _line(epoch: Epoch) -> str:
    """An epoch as a person reads it."""
    parts = [f"epoch {epoch.number:>4}", f"loss {number(epoch.loss, 4):>10}"]
    parts += [f"{name} {value:.4f}" for name, value in epoch.metrics.items()]
    if epoch.validation_loss is not None:
        parts.append(f"validation {number(epoch.validation_loss, 4):>10}")
        parts += [f"{name} {value:.4f}" for name, value in epoch.validation_metrics.items()]
    return "  ".join([*parts, f"learning rate {number(epoch.learning_rate, 4)}"])


def _conclusion(epoch: Epoch) -> str:
    said = {
        "done": f"Trained for {epoch.number} epochs, {epoch.step} steps",
        "stopped early": f"Stopped early after epoch {epoch.number}: the loss has not improved since",
        "diverged": f"Diverged in epoch {epoch.number}: not all numbers are finite. Lower the learning rate",
    }[epoch.outcome]
    return f"{said}; the best epoch was {epoch.best}." if epoch.best else f"{said}."


def _record(epoch: Epoch) -> dict[str, Any]:
    found: dict[str, Any] = {"epoch": epoch.number, "step": epoch.step, "loss": report.whole(epoch.loss)}
    found |= epoch.metrics
    if epoch.validation_loss is not None:
        found["validation_loss"] = report.whole(epoch.validation_loss)
        found |= {f"validation_{name}": report.whole(v) for name, v in epoch.validation_metrics.items()}
    return found | {
        "learning_rate": epoch.learning_rate,
        "gradient_norms": _numbers(epoch.gradient_norms),
        "update_ratios": _numbers(epoch.update_ratios),
        "losses": report.whole(epoch.losses),
        "best_epoch": epoch.best,
        "outcome": epoch.outcome,
    }


def _numbers(values: Any) -> dict[str, Any]:
    return {name: report.whole(value) for name, value in values.items()}
