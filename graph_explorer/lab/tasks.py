"""Many tasks of one computation: each done once, wherever there is room, its result kept.

The one rule: what a task gives depends on the task alone; which tasks are done already changes how long
it takes, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from typing import Any

from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.kept import Kept, Result
from graph_explorer.lab.places import Place, Work

Checkpoint = Callable[[float], None]
#: Hears of the result of a task by its name.
Told = Callable[[str, Result], None]

#: Seconds between two looks at the checkpoint while nothing is done.
_TICK = 0.1


def collected(
    work: Work,
    shared: Any,
    tasks: Mapping[str, Any],
    place: Place,
    *,
    kept: Kept | None = None,
    checkpoint: Checkpoint | None = None,
    told: Told | None = None,
) -> dict[str, Result]:
    """The results of all tasks, in their order, of which those that are `kept` are not done again.

    `told` hears of each as it comes, first of those that are kept. `checkpoint` is called with the part
    that is done and may raise to stop; what is done by then stays kept.
    """
    found = {name: kept.results[name] for name in tasks if kept is not None and name in kept.results}
    for name, result in found.items():
        if told is not None:
            told(name, result)
    missing = [name for name in tasks if name not in found]
    if missing:
        try:
            _do(work, shared, {name: tasks[name] for name in missing}, place, found, kept, checkpoint, told)
        finally:
            if kept is not None:
                kept.write()
    return {name: found[name] for name in tasks}


def _do(
    work: Work,
    shared: Any,
    tasks: Mapping[str, Any],
    place: Place,
    found: dict[str, Result],
    kept: Kept | None,
    checkpoint: Checkpoint | None,
    told: Told | None,
) -> None:
    total = len(found) + len(tasks)
    with place.open(_Safe(work), shared) as submit:
        pending: dict[Future[Any], str] = {submit(task): name for name, task in tasks.items()}
        while pending:
            if checkpoint is not None:
                checkpoint(len(found) / total)
            done, _ = wait(pending, _TICK, FIRST_COMPLETED)
            for future in done:
                name = pending.pop(future)
                found[name] = _result(future)
                if kept is not None:
                    kept.put(name, found[name])
                if told is not None:
                    told(name, found[name])
    if checkpoint is not None:
        checkpoint(1.0)


class _Safe:
    """The work, with what a person did wrong as an error that any place can hand back."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def __call__(self, shared: Any, task: Any, checkpoint: Checkpoint) -> Any:
        try:
            return self.work(shared, task, checkpoint)
        except InputError as error:
            raise InputError(error.message, error.line, error.column, error.source) from None


def _result(future: Future[Any]) -> Result:
    """What came out; `InputError` where the place itself failed."""
    try:
        result: Result = future.result()
    except (InputError, Cancelled):
        raise
    except BrokenExecutor:
        raise InputError(
            "a worker process has ended by itself, perhaps for want of memory; use fewer workers"
        ) from None
    except ModuleNotFoundError as error:
        raise InputError(
            f"a worker of the cluster has no module '{error.name}'; install graph-explorer there too"
        ) from None
    except CancelledError:
        raise InputError("the cluster has dropped the work; see whether its scheduler still runs") from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "distributed":
            raise
        raise InputError(f"the cluster could not do it: {str(error).splitlines()[0]}") from None
    return result
