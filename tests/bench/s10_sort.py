"""S10: sort 100,000 jobs in every order, to the repainted list."""

from __future__ import annotations

import asyncio
import time

from figure import Figure, ratio_of
from opened import paint, run_qt, wall, window
from PySide6.QtCore import QSortFilterProxyModel
from PySide6.QtWidgets import QTableView
from reference_list import COLUMNS, RowsModel, row_of
from script import run

from dreamina_desktop.core.search.results import JobOrder

GOAL = 1 / 100
COMPARED = {JobOrder.PROMPT: "prompt", JobOrder.STATUS: "status", JobOrder.MODEL: "model"}


def measure(rounds: int) -> list[Figure]:
    return run_qt(_measure(rounds))


async def _measure(rounds: int) -> list[Figure]:
    async with window(100_000) as (shown, program):
        pane = shown._jobs
        model = pane.view._jobs
        rows = [row_of(job) async for job in program.services.library.shown()]
        proxy = QSortFilterProxyModel()
        proxy.setSourceModel(RowsModel(rows))
        table = QTableView()
        table.setModel(proxy)
        table.show()

        async def ours(order: JobOrder) -> float:
            changed = asyncio.Event()
            model.order_changed.connect(changed.set)
            began = time.perf_counter()
            pane._set_order(order)
            await changed.wait()
            paint(pane.view.viewport())
            seconds = time.perf_counter() - began
            model.order_changed.disconnect(changed.set)
            return seconds

        def theirs(column: str) -> float:
            proxy.sort(-1)

            def work() -> None:
                proxy.sort(COLUMNS.index(column))
                paint(table.viewport())

            return wall(work)

        orders = [order for order in JobOrder if order is not JobOrder.NEWEST]
        slowest, pairs = 0.0, []
        for turn in range(max(rounds, 5)):
            compared = list(COMPARED)[turn % len(COMPARED)]
            for order in orders:
                seconds = await ours(order)
                slowest = max(slowest, seconds)
                if order is compared:
                    pairs.append((seconds, theirs(COMPARED[order])))
            await ours(JobOrder.NEWEST)
        table.hide()
        ratio = ratio_of(pairs)
    return [
        Figure(
            "S10",
            "sort 100,000 jobs in any order",
            "the same proxy",
            "at most 1/100",
            f"1/{1 / ratio.median:,.0f} (1/{1 / ratio.high:,.0f} to 1/{1 / ratio.low:,.0f})",
            ratio.median <= GOAL,
            ratio.median,
            (ratio.low, ratio.high),
            {
                "slowest of all orders": f"{slowest * 1000:.0f} ms",
                "proxy": f"{sorted(t for _, t in pairs)[len(pairs) // 2]:.1f} s",
            },
        )
    ]


if __name__ == "__main__":
    run(measure)
