from __future__ import annotations

from dreamina_desktop.ui.main_window import MainWindow


async def test_x(bench, record, until, put_up):
    await bench.add(record(1))
    w = await put_up(MainWindow(bench.services))
    bench.start()
    await until(w.settled)
    w.grab().save("/tmp/win/t.png")


async def test_y(bench, record, until, put_up):
    await bench.add(record(1))
    w = await put_up(MainWindow(bench.services))
    bench.start()
    await until(w.settled)
