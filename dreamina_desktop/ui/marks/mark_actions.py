"""Lightroom's keys for whoever shows images: pick, reject, stars, tags, a note; and what was said
about an image, in words.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.errors import DatabaseError
from dreamina_desktop.core.jobs.job import ImageKey, Job
from dreamina_desktop.core.jobs.marks import MOST_STARS, Flag, Marks
from dreamina_desktop.core.text.wording import counted, some_of
from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.marks.inline_editor import TextAsker
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import with_jobs
from dreamina_desktop.ui.widgets.actions import view_action

FLAGS = {Flag.PICKED: "Picked", Flag.REJECTED: "Rejected", Flag.NONE: "Not judged"}
MOST_TAGS = 6  # that are said aloud


def stars(rating: int) -> str:
    """`★★★`, or "" without any."""
    return "★" * rating


def accessible(marks: Marks) -> str:
    """`picked, 3 stars, tags red boat and night, with a note`; "" without marks."""
    parts = []
    if marks.flag is not Flag.NONE:
        parts.append(FLAGS[marks.flag].lower())
    if marks.rating:
        parts.append("1 star" if marks.rating == 1 else f"{marks.rating} stars")
    if marks.tags:
        tags = some_of(marks.tags, MOST_TAGS)
        parts.append(f"tag {tags}" if len(marks.tags) == 1 else f"tags {tags}")
    if marks.note:
        parts.append("with a note")
    return ", ".join(parts)


def line(marks: Marks) -> str:
    """`Picked · ★★★ · red boat, night`; "" without any of it."""
    flag = FLAGS[marks.flag] if marks.flag is not Flag.NONE else ""
    return " · ".join(filter(None, (flag, stars(marks.rating), ", ".join(marks.tags))))


KeysSource = Callable[[], Sequence[ImageKey]]
_FLAGS = (
    (Flag.PICKED, "Pick", ("P",), "Picked"),
    (Flag.REJECTED, "Reject", ("X", "Del"), "Rejected"),
    (Flag.NONE, "Unmark", ("U",), "Unmarked"),
)


class MarkActions(QObject):
    """Acts on the images that `selected` names at that moment. What was done to one image shows on
    it; what was done to several is said, with the way back."""

    def __init__(
        self,
        services: Services,
        view: QWidget,
        selected: KeysSource,
        asker: TextAsker,
        on_judged: Callable[[], None] = lambda: None,
    ) -> None:
        """`asker`: for tags and notes; `on_judged`: an image was flagged or rated."""
        super().__init__(view)
        self._services = services
        self._view = view
        self._selected = selected
        self._on_judged = on_judged
        self._asker = asker
        self._flags = [
            view_action(view, name, partial(self._flag, flag, said), *keys)
            for flag, name, keys, said in _FLAGS
        ]
        self._stars = [
            view_action(view, _stars_name(each), partial(self._rate, each), str(each))
            for each in range(1, MOST_STARS + 1)
        ]
        self._stars.append(view_action(view, "No stars", lambda: self._rate(0), "0"))
        self._texts = [
            view_action(view, "Tags…", self.edit_tags, "T"),
            view_action(view, "Note…", self.edit_note, "N"),
        ]

    def add_to(self, menu: QMenu) -> None:
        """The same as a menu within a menu."""
        marks = menu.addMenu("Mark")
        for group in (self._flags, self._stars, self._texts):
            marks.addActions(group)
            marks.addSeparator()

    def pick(self) -> None:
        """By a button."""
        self._flags[0].trigger()

    def reject(self) -> None:
        """By a button."""
        self._flags[1].trigger()

    def is_edited_in(self, widget: QWidget) -> bool:
        """Whether a widget is part of the field for tags and notes."""
        return self._asker.isAncestorOf(widget)

    def close_editor(self) -> None:
        """Give up what is being written."""
        self._asker.give_up()

    def edit_tags(self) -> None:
        """Those that all of the images have are there to be changed; others of theirs stay."""
        keys = list(self._selected())

        def edit(marks: Sequence[Marks]) -> None:
            common = _common_tags(marks)

            def keep(tags: Sequence[str]) -> None:
                gone = [tag for tag in common if tag not in tags]
                self._do(self._services.marking.tag(keys, tags, gone), "Tagged")

            self._asker.edit_tags(_named(keys), common, keep)
            self._services.supervisor.spawn(self._suggest_tags(), "suggest tags")

        self._with_marks(keys, edit)

    def edit_note(self) -> None:
        """One note in place of theirs."""
        keys = list(self._selected())

        def edit(marks: Sequence[Marks]) -> None:
            notes = {each.note for each in marks}
            several = len(notes) > 1
            note = "" if several else next(iter(notes), "")

            def keep(text: str) -> None:
                if text != note or several:
                    self._do(self._services.marking.note(keys, text), "Noted")

            self._asker.edit_note(_named(keys), note, keep, replaces=several)

        self._with_marks(keys, edit)

    async def _suggest_tags(self) -> None:
        with suppress(DatabaseError):  # nothing is suggested then
            tags = await self._services.library.tags()
            if shiboken6.isValid(self._asker):
                self._asker.suggest(tags)

    def _with_marks(
        self, keys: Sequence[ImageKey], work: Callable[[Sequence[Marks]], None]
    ) -> None:
        def read(jobs: Sequence[Job]) -> None:
            here = {job.number: job for job in jobs}
            marks = [here[k.number].marks_of(k.index) for k in keys if k.number in here]
            if marks:
                work(marks)

        if keys:
            with_jobs(self._services, (key.number for key in keys), read)

    def _flag(self, flag: Flag, said: str) -> None:
        self._judge(lambda keys: self._services.marking.flag(keys, flag), said)

    def _rate(self, rating: int) -> None:
        self._judge(lambda keys: self._services.marking.rate(keys, rating), "Rated")

    def _judge(self, work: Callable[[Sequence[ImageKey]], Awaitable[int]], said: str) -> None:
        if keys := list(self._selected()):
            self._do(work(keys), said)
            self._on_judged()

    def _do(self, work: Awaitable[int], said: str) -> None:
        async def do() -> None:
            try:
                changed = await work
            except DatabaseError as error:
                self._services.messages.say(f"Nothing was marked. {error}")
                return
            if changed > 1:
                self._services.messages.say(f"{said} {counted(changed, 'image')}.", Remedy.UNDO)

        self._services.supervisor.spawn(do(), "mark")


def _stars_name(rating: int) -> str:
    return "1 star" if rating == 1 else f"{rating} stars"


def _named(keys: Sequence[ImageKey]) -> str:
    return str(keys[0]) if len(keys) == 1 else counted(len(keys), "image")


def _common_tags(marks: Sequence[Marks]) -> list[str]:
    first, *others = marks
    return [tag for tag in first.tags if all(tag in each.tags for each in others)]
