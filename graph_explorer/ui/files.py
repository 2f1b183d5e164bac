"""Opening, saving and leaving documents, with the questions that belong to it.

The one rule: no change is lost without a question, and the bundled examples are never written to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graph_explorer.document import parse
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import CODE, FORMATS, save_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui import exports
from graph_explorer.ui.widgets.ask import Unsaved, WhereTo, WhichFile

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window

_BEGINNING = """\
y = w*x + b              # a straight line
L = (y - t)**2           # how far it is from the target
"""

_NOT_RUN = "A picture of the graph shows its values: run the document first (Ctrl+R)."
_DRAFT = "Saved without the text in the editor, which has a mistake: mend it there and save again."


def bundled(path: Path) -> bool:
    """Whether `path` is one of the examples that come with the program."""
    return path.resolve().is_relative_to(EXAMPLES.resolve())


def filters() -> list[str]:
    """The known kinds of file, as a dialog lists them."""
    every = " ".join(f"*{found.suffix}" for found in FORMATS)
    each = [f"{found.title} (*{found.suffix})" for found in FORMATS]
    return [f"Documents ({every})", *each] if len(each) > 1 else each


def can_open(path: Path) -> bool:
    """Whether the suffix of `path` is one that opens here."""
    return path.suffix.lower() in {found.suffix for found in FORMATS}


class Files:
    """What the File menu does, for one window."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def open(self, path: Path) -> bool:
        """Opens a file, after asking about unsaved changes of the present document."""

        def remember() -> None:
            if not bundled(path):
                self.window.settings.remember(path)

        return self.may_leave() and self.window.session.open(path, remember)

    def ask_open(self) -> bool:
        path = WhichFile.ask(self.window, self.window.settings.folder, filters())
        return path is not None and self.open(path)

    def ask_compare(self) -> None:
        """Compares the present run with that of another document."""
        path = WhichFile.ask(self.window, self.window.settings.folder, filters())
        if path is not None:
            self.window.session.comparing.start(path)

    def new(self) -> bool:
        """A small program to begin with."""
        if not self.may_leave():
            return False
        values = {"x": 2.0, "t": 1.0}, {"w": 0.5, "b": 0.1}
        self.window.session.show(parse(_BEGINNING, *values, title="Untitled"))
        return True

    def save(self) -> bool:
        """Writes the document to its file; asks for one where there is none, or where it is an example."""
        self._hand_over()
        document = self.window.session.state.document
        assert document is not None
        if document.path is None or bundled(document.path) or not can_open(document.path):
            return self.ask_save()
        return self._write(document.path)

    def _hand_over(self) -> None:
        """What was typed a moment ago is part of the document; a step of its training is none to be saved."""
        self.window.bench.hand_over()
        self.window.session.trainer.close_step()

    def ask_save(self) -> bool:
        self._hand_over()
        document = self.window.session.state.document
        assert document is not None
        own = document.path if document.path is not None and not bundled(document.path) else None
        suffix = FORMATS[0].suffix if document.path is None else document.path.suffix
        start = own or self.window.settings.folder / f"{_file_name(document.name)}{suffix}"
        path = WhereTo.ask(self.window, "Save as", start, filters())
        return path is not None and self._write(path)

    def _write(self, path: Path) -> bool:
        if bundled(path):
            self.window.session.say("The bundled examples stay as they are; choose another folder.")
            return False
        if not self.window.session.save(path):
            return False
        self.window.settings.remember(path)
        if self.window.session.state.draft is not None:
            self.window.session.say(_DRAFT)
        return True

    def ask_code(self) -> bool:
        """Writes the document as a program, in NumPy or PyTorch."""
        self.window.bench.hand_over()
        document = self.window.session.state.document
        assert document is not None
        kinds = [f"{found.title} (*{found.suffix})" for found in reversed(CODE)]
        start = self.window.settings.folder / f"{_file_name(document.name)}.py"
        path = WhereTo.ask(self.window, "Export code", start, kinds)
        if path is None:
            return False
        try:
            if path.suffix != ".py":
                raise InputError(f"'{path.name}' is no program; give it the suffix .py or .torch.py")
            save_document(document, path)
        except InputError as error:
            self.window.session.say(str(error))
            return False
        self.window.session.say(f"{path.name} is written: run it with “python {path.name}”.")
        return True

    def ask_picture(self) -> bool:
        """Saves what the view in front shows, as one of its kinds of picture."""
        from graph_explorer.ui.surface.view import SurfaceView  # loaded with the workbench
        from graph_explorer.ui.training.view import TrainingView

        session, front = self.window.session, self.window.bench.middle.front
        document = session.state.document
        assert document is not None
        shows = session.state.surface if isinstance(front, SurfaceView) else session.state.training.run
        own = front if isinstance(front, SurfaceView | TrainingView) and shows is not None else None
        if own is None and session.state.trace is None:
            session.say(_NOT_RUN)
            return False
        kinds = own.picture_filters() if own is not None else exports.filters()
        start = self.window.settings.folder / f"{_file_name(document.name)}.svg"
        path = WhereTo.ask(self.window, "Export picture", start, kinds)
        if path is None:
            return False
        try:
            if own is not None:
                own.save_picture(path)
            else:
                exports.export_of(path).save(session.state, path)
        except (InputError, OSError) as error:
            session.say(str(error))
            return False
        return True

    def close(self) -> bool:
        """Back to the start page."""
        if not self.may_leave():
            return False
        self.window.session.close_document()
        return True

    def may_leave(self) -> bool:
        """Whether the present document may go: unchanged, saved now, or given up on purpose."""
        if self.window.session.state.document is not None:
            self.window.bench.hand_over()
        state = self.window.session.state
        if state.document is None or not (state.modified or state.draft is not None):
            return True
        answer = Unsaved.ask(self.window, state.document.name)
        if answer == "save":
            return self.save() and state.draft is None
        return answer == "discard"


def _file_name(title: str) -> str:
    """A title as the name of a file: small letters, digits and underscores."""
    kept = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return "_".join(kept.split()) or "document"
