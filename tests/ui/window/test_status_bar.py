from __future__ import annotations

from PySide6.QtWidgets import QLabel, QToolButton

from dreamina_desktop.ui.window.status_bar import StatusBar


def button(bar, name):
    return next(b for b in bar.findChildren(QToolButton) if b.accessibleName() == name)


async def test_its_words_follow_what_happens(bench, put_up, until):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    assert bar.words().endswith("Nothing to check  ·  no images yet")
    await bench.track("j1:dreamina")
    await until(lambda: "1 running" in bar.words())


async def test_the_button_pauses_or_resumes_by_what_is(bench, put_up, until):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    chosen = []
    bar.pause_chosen.connect(lambda: chosen.append("pause"))
    button(bar, "Pause").click()
    bench.services.poller.pause()
    await until(lambda: bar._soon.isActive() is False)
    button(bar, "Resume").click()
    assert chosen == ["pause", "pause"]


async def test_it_ticks_only_while_something_is_timed_and_seen(bench, put_up, until):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    assert not bar._tick.isActive()
    bench.services.poller.token_changed(present=True, user_number=None)
    await bench.track("j1:dreamina")
    await until(bar._tick.isActive)
    bar.hide()
    assert not bar._tick.isActive()


async def test_its_words_never_make_the_window_wider(bench, put_up):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    bar._words.set_words("words " * 200)
    assert bar.minimumSizeHint().width() < 300


async def test_a_wrong_clock_is_said_in_the_tool_tip(bench, put_up, until):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    assert bar._words.toolTip() == ""
    bench.services.server_clock.heard(bench.clock.now + 2 * 86400)
    await bench.track("j1:dreamina")
    said = "This machine's clock is 2 days behind the server's."
    await until(lambda: bar._words.toolTip() == said)
    assert bar._words.accessibleDescription() == said
    bar._words.set_words("words " * 200)
    assert bar._words.toolTip().endswith(f"words \n{said}")
    bench.clock.now += 2 * 86400
    bench.services.server_clock.heard(bench.clock.now)
    bar.refresh()
    assert said not in bar._words.toolTip()


def pills(bar):
    return [
        label.text()
        for label in bar.findChildren(QLabel)
        if label.isVisible() and label.property("role") == "pill"
    ]


async def test_only_a_demo_says_that_nothing_is_kept(bench, demo_bench, put_up):
    assert pills(await put_up(StatusBar(bench.services), 900, 40)) == []
    assert pills(await put_up(StatusBar(demo_bench.services), 900, 40)) == ["Demo: nothing is kept"]


async def test_it_ticks_while_something_expires(bench, put_up, until, record):
    bar = await put_up(StatusBar(bench.services), 900, 40)
    await bench.add(expiring(bench, record), saved=False)
    assert not bar._tick.isActive()
    bench.clock.now += 11
    bench.services.deadlines.look()
    await until(bar._tick.isActive)


async def test_what_expires_fits_a_narrow_bar_also_in_the_demo(demo_bench, put_up, until, record):
    bar = await put_up(StatusBar(demo_bench.services), 480, 40)
    await demo_bench.add(expiring(demo_bench, record), saved=False)
    demo_bench.clock.now += 11
    demo_bench.services.deadlines.look()
    await until(lambda: any(b.isVisible() and b.text() for b in bar.findChildren(QToolButton)))
    assert bar.minimumSizeHint().width() <= 480


def expiring(bench, record):
    made = record(1, images=3)
    for image in made["response"]["images"]:
        image["imageUrl"] = image["imageUrl"].replace("1900000000", f"{bench.clock.now + 9000:.0f}")
    return made
