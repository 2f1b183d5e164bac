"""The arguments of every command, as argparse takes them.

The one rule: an argument that several commands take is declared once; what is typed is checked here only
as far as its form goes.
"""

from __future__ import annotations

import argparse
from pathlib import Path


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


def json_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    json_argument(parser)
    parser.add_argument("--npz", type=Path, metavar="OUT", help="write all arrays: value/ID and grad/ID")


def steps_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    json_argument(parser)
    parser.add_argument("--jacobian", action="store_true", help="add dense local Jacobians to the JSON")


def check_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    json_argument(parser)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write it like 1280x800") from None
    if not (16 <= width <= 16384 and 16 <= height <= 16384):
        raise argparse.ArgumentTypeError("a size goes from 16x16 to 16384x16384")
    return width, height


def render_arguments(parser: argparse.ArgumentParser) -> None:
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


def quiz_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    json_argument(parser)
    parser.add_argument("--count", type=int, default=10, metavar="N", help="how many questions (10)")
    parser.add_argument("--level", default="", metavar="L", help="beginner, intermediate, advanced or expert")
    parser.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="only questions of this kind"
    )


def _lab_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command on a surface takes."""
    _document_arguments(parser)
    json_argument(parser)
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


def optimize_arguments(parser: argparse.ArgumentParser) -> None:
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


def surface_arguments(parser: argparse.ArgumentParser) -> None:
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


def sweep_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    json_argument(parser)
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


def sharpness_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    json_argument(parser)
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


def train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml) or the name of an example")
    _value_arguments(parser)
    json_argument(parser)
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


def health_arguments(parser: argparse.ArgumentParser) -> None:
    _document_arguments(parser)
    json_argument(parser)
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


def convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a document (.toml), a model (.onnx) or the name of an example")
    parser.add_argument("out", type=Path, help="the file to write: .toml, .onnx, .py or .torch.py")
    _value_arguments(parser)
    parser.add_argument("--torch", action="store_true", help="write a .py with PyTorch instead of NumPy")
    parser.add_argument(
        "--dtype", choices=("float32", "float64"), help="the type of the numbers in an .onnx (float32)"
    )
