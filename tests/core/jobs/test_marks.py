from __future__ import annotations

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.core.jobs.marks import (
    NO_MARKS,
    NOTE_LENGTH,
    Flag,
    Marks,
    clean_note,
    parse_tags,
)


def test_tags_are_typed_between_commas_and_kept_once() -> None:
    assert parse_tags("red boat, Client A；client a，#夜景\n") == ("red boat", "Client A", "夜景")


def test_what_is_hostile_in_a_tag_is_not_kept() -> None:
    assert parse_tags("a\x00b\x1b[31m,\u202egnp.exe,\ud800,,  ") == ("a b [31m", "gnp.exe")
    assert len(parse_tags(",".join(map(str, range(1000))))) == 40
    assert parse_tags("x" * 1_000_000) == ("x" * 60,)


def test_a_note_keeps_its_lines_and_nothing_invisible() -> None:
    assert clean_note("one\r\ntwo\x07\u202e <b>three</b> ") == "one\ntwo <b>three</b>"
    assert len(clean_note("n" * 5_000_000)) == NOTE_LENGTH


def test_marks_change_one_at_a_time() -> None:
    marks = NO_MARKS.flagged(Flag.PICKED).rated(9).tagged(["a"]).tagged(["A", "b"]).noted(" n ")
    assert marks == Marks(Flag.PICKED, 5, ("a", "b"), "n")
    assert marks.without_tags(["B"]).tags == ("a",)
    assert bool(marks)
    assert not marks.flagged(Flag.NONE).rated(0).without_tags(["a", "b"]).noted("")


def test_a_job_keeps_marks_by_image_and_nothing_for_those_without() -> None:
    job = Job(1, "j", 1, 0.0)
    picked = Marks(Flag.PICKED)
    marked = job.with_marks(2, picked)
    assert [marked.marks_of(index) for index in range(4)] == [NO_MARKS, NO_MARKS, picked, NO_MARKS]
    assert marked.with_marks(2, NO_MARKS) == job
