"""The command that turns one kind of file into another.

The one rule: the suffix of the new file decides; what a document holds beyond it is lost only where that
kind of file has no place for it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from graph_explorer.cli.commands import document_of
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import format_of, save_document


def command_convert(options: argparse.Namespace) -> int:
    """Writes the document as `.toml`, `.onnx`, or a program in NumPy or PyTorch."""
    out: Path = options.out
    kind = format_of(out, written=True)
    if options.torch and kind.suffix not in (".py", ".torch.py"):
        raise InputError("--torch is for a .py; leave it out, or write a .py", source=str(out))
    if options.dtype and kind.suffix != ".onnx":
        raise InputError("--dtype is for an .onnx; leave it out, or write an .onnx", source=str(out))
    document = document_of(options)
    if options.torch:
        from graph_explorer.formats.code import in_torch

        in_torch.save(document, out)
    elif options.dtype:
        from graph_explorer.formats.onnx import write

        write.save(document, out, options.dtype)
    else:
        save_document(document, out)
    return 0
