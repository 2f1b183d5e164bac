"""Files and documents."""

from __future__ import annotations

from graph_explorer.ui.actions import when
from graph_explorer.ui.actions.action import Action

FILE = (
    Action(id="file.start", text="Start page", hint="Examples, recent files and first steps", menu="File",
           icon="start", keys=("Alt+Home",), enabled=when.opened, act=lambda w: w.files.close()),
    Action(id="file.new", text="New document", hint="Begin with a small program of your own", menu="File",
           icon="new", keys=("Ctrl+N",), act=lambda w: w.files.new()),
    Action(id="file.open", text="Open file …", hint="Open a document from disk", menu="File", icon="open",
           keys=("Ctrl+O",), act=lambda w: w.files.ask_open()),
    Action(id="file.save", text="Save", hint="Write the document to its file", menu="File", section=1,
           icon="save", keys=("Ctrl+S",), enabled=when.opened, act=lambda w: w.files.save()),
    Action(id="file.save_as", text="Save as …", hint="Write the document to another file", menu="File",
           section=1, icon="save_as", keys=("Ctrl+Shift+S",), enabled=when.opened,
           act=lambda w: w.files.ask_save()),
    Action(id="file.picture", text="Export picture …", hint="Save what is shown as a picture or film",
           menu="File", section=1, icon="picture", keys=("Ctrl+E",), enabled=when.opened,
           act=lambda w: w.files.ask_picture()),
    Action(id="file.code", text="Export code …", hint="Write the document as a NumPy or PyTorch program",
           menu="File", section=1, icon="code", keys=("Ctrl+Alt+E",), enabled=when.opened,
           act=lambda w: w.files.ask_code()),
    Action(id="file.forget", text="Clear the list", hint="Forget the recent files", menu="File/Open recent",
           section=1, act=lambda w: w.settings.forget_recent()),
    Action(id="file.close", text="Close document", hint="Back to the start page", menu="File", section=2,
           icon="close", keys=("Ctrl+W",), enabled=when.opened, act=lambda w: w.files.close()),
    Action(id="file.quit", text="Quit", hint="Close the program", menu="File", section=2, icon="quit",
           keys=("Ctrl+Q",), act=lambda w: w.close()),
)  # fmt: skip
