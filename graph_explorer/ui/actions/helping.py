"""Help."""

from __future__ import annotations

from graph_explorer.ui.actions.action import Action

HELP = (
    Action(id="help.help", text="First steps", hint="How to read the window, in five minutes", menu="Help",
           icon="help", keys=("F1",), act=lambda w: w.open_help("first_steps")),
    Action(id="help.keys", text="Keys", hint="Every key of the program", menu="Help", icon="keys",
           keys=("Ctrl+F1",), act=lambda w: w.open_help("keys")),
    Action(id="help.language", text="The program language", hint="What a program may say", menu="Help",
           act=lambda w: w.open_help("language")),
    Action(id="help.file", text="The file format", hint="What a document holds, and how to write one by hand",
           menu="Help", act=lambda w: w.open_help("file_format")),
    Action(id="help.operations", text="Operations", hint="Every operation with its local derivatives",
           menu="Help", act=lambda w: w.open_help("operations")),
    Action(id="help.health", text="The health of a run", hint="Findings, sizes, heat and comparison",
           menu="Help", act=lambda w: w.open_help("health")),
    Action(id="help.finding", text="Finding", hint="Search, filters, paths, and ways through a large graph",
           menu="Help", act=lambda w: w.open_help("finding")),
    Action(id="help.groups", text="Groups and repeated blocks",
           hint="What is closed at first, how blocks compare, going inside", menu="Help",
           act=lambda w: w.open_help("groups")),
    Action(id="help.surface", text="The surface view", hint="How to read a surface, and what one can do",
           menu="Help", act=lambda w: w.open_help("surface")),
    Action(id="help.race", text="The race of optimizers", hint="Methods, steps, curves and maps",
           menu="Help", act=lambda w: w.open_help("race")),
    Action(id="help.training", text="Training", hint="Runs, curves, steps, data and settings",
           menu="Help", act=lambda w: w.open_help("training")),
    Action(id="help.flow", text="Predictions and gradient flow",
           hint="What a network answers, how gradients get through it, and what helps",
           menu="Help", act=lambda w: w.open_help("flow")),
    Action(id="help.news", text="What is new", hint="Changes of the last versions", menu="Help", section=1,
           icon="news", act=lambda w: w.open_help("changelog")),
    Action(id="help.about", text="About", hint="Version, licence and the libraries inside", menu="Help",
           section=1, icon="info", act=lambda w: w.open_help("about")),
)  # fmt: skip
