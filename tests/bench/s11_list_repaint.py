"""S11 and S12: the job list repainted whole, and 1,000 status changes brought to the screen."""

from __future__ import annotations

import asyncio

from figure import Figure, Ratio, interleaved
from opened import cpu, paint, run_qt, window
from PySide6.QtWidgets import QTableView
from reference_list import RowsModel, row_of
from script import run

from dreamina_desktop.services.library import ChangeSet

REPAINT_GOAL, CHANGES_GOAL = 0.25, 0.1
REPAINTS, CHANGES = 20, 1000


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(rounds))


async def _measure(rounds: int) -> list[Figure]:
    async with window(100_000) as (shown, program):
        view = shown._jobs.view
        model = view._jobs
        jobs = await program.services.library.fetch(model.numbers()[:CHANGES])
        source = RowsModel([row_of(job) for job in jobs])
        table = QTableView()
        table.setModel(source)
        table.resize(1280, view.height())
        table.show()
        await asyncio.sleep(0.05)

        def repaint_ours() -> float:
            return cpu(lambda: [paint(view.viewport()) for _ in range(REPAINTS)])

        def repaint_theirs() -> float:
            return cpu(lambda: [paint(table.viewport()) for _ in range(REPAINTS)])

        def change_ours() -> float:
            def work() -> None:
                for job in jobs:
                    model._on_library_changed(ChangeSet(frozenset([job.number])))
                model._timer.stop()  # which would call it a moment later
                model._on_time()
                paint(view.viewport())

            return cpu(work)

        def change_theirs() -> float:
            def work() -> None:
                for row in range(CHANGES):
                    source.dataChanged.emit(source.index(row, 0), source.index(row, 6))
                paint(table.viewport())

            return cpu(work)

        for once in (repaint_ours, repaint_theirs, change_ours, change_theirs):
            once()
        repaint = interleaved(repaint_ours, repaint_theirs, rounds)
        changes = interleaved(change_ours, change_theirs, rounds)
        alone = repaint_ours() / REPAINTS / change_theirs()
        table.hide()
    changed = "1,000 status changes to the screen"
    return [
        _figure("S11", "job list: full repaint", "QTableView, same rows", REPAINT_GOAL, repaint),
        _figure("S12", changed, "a dataChanged a row", CHANGES_GOAL, changes, alone),
    ]


def _figure(
    name: str, what: str, against: str, goal: float, ratio: Ratio, alone: float | None = None
) -> Figure:
    return Figure(
        name,
        what,
        against,
        f"at most {goal}",
        str(ratio),
        ratio.median <= goal,
        ratio.median,
        (ratio.low, ratio.high),
        {} if alone is None else {"the list's repaint alone": f"{alone:.2f}"},
    )


if __name__ == "__main__":
    run(measure)
