"""What stands beside job IDs in a table: the keys by which people know their jobs.

A text is a table where most of its lines with IDs have the same form: cells between tabs, bars,
commas or semicolons, or the keys of a JSON object. Prose and logs have no labels.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import partial
from os.path import commonprefix
from typing import TypeVar

from dreamina_desktop.core.jobs.job import clean_label
from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.text.unescape import plain

_BETWEEN_CELLS = " · "
_LONGEST_LINE = 200_000  # characters of a row
_LONGEST_CELL = 600  # in which an ID is looked for, whatever it is wrapped in
_AT_ONCE = 20_000  # characters: some milliseconds
_LEAST_LINE = 1_000  # characters that a line counts for at least
_AROUND = " \t\r\n\"'`*"
_BARS = re.compile(r"(?<!\\)[|│┃║¦]")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_BESIDE_IN_CELL = re.compile(r"[\W_]*(?:\d{1,3})?(?:\.(?:jpe?g|png|webp|json))?[\W_]*")
_LEVEL = re.compile(
    r"\W*(?:trace|debug|info|notice|warn|warning|error|critical|fatal)\W*", re.IGNORECASE
)
_MOMENT = re.compile(r"\W*(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d?:\d\d:\d\d\S*\W*")
_REFERENCE = re.compile(r"-image:w\d+:h\d+")
_KEY = re.compile(r"""(["'])((?:(?!\1)[^\\]|\\.){1,400})\1\s*:\s*["']\s*\Z""")
_NO_KEY = re.compile(r"(?:source)?[ _-]*(?:job)?[ _-]*(?:id)?s?", re.IGNORECASE)
_OTHER_PAIR = re.compile(r"""["']\s*:\s*[^\s{\[]""")

T = TypeVar("T")
Labels = Mapping[str, str]
_Ids = Mapping[str, None]  # of a line, in their order
_Row = tuple[str, _Ids]
_Form = Callable[[str, _Ids], Labels | None]  # None: the line has another form


def labels_of(
    lines: Sequence[str], ids: Sequence[Collection[str]]
) -> Generator[float, None, Labels]:
    """By ID, where the text is a table. `ids`: of each line. In slices of some milliseconds; each
    tells how much of the whole paste is done, which is all but this."""
    pairs = zip(lines, ids, strict=True)
    rows = [(line, dict.fromkeys(here)) for line, here in pairs if here]
    for form in _FORMS if any(_has_more(line, here) for line, here in rows) else ():
        found = yield from _in_slices(rows, partial(_labels_by, form))
        fitting = [row for row, each in zip(rows, found, strict=True) if each is not None]
        if 2 * len(fitting) > len(rows) and (yield from _is_table(form, fitting, found, lines)):
            return _first_of_each(found)
    return {}


def _labels_by(form: _Form, line: str, jobids: _Ids) -> Labels | None:
    return form(line, jobids) if _has_more(line, jobids) else None


def _in_slices(
    rows: Iterable[_Row], work: Callable[[str, _Ids], T]
) -> Generator[float, None, list[T]]:
    """What `work` says of each row, with a turn for others after some milliseconds of them."""
    said, done = list[T](), 0
    for line, jobids in rows:
        said.append(work(line, jobids))
        done += _LEAST_LINE + len(line)
        if done >= _AT_ONCE:
            yield 1.0
            done = 0
    return said


def _has_more(line: str, jobids: Collection[str]) -> bool:
    return len(line) <= _LONGEST_LINE and line.strip(" \r\n") not in jobids


def _first_of_each(found: Sequence[Labels | None]) -> Labels:
    labels = dict[str, str]()
    for each in filter(None, found):
        for jobid, label in each.items():
            if label:
                labels.setdefault(jobid, label)
    return labels


def _is_table(
    form: _Form, rows: Sequence[_Row], found: Sequence[Labels | None], lines: Sequence[str]
) -> Generator[float, None, bool]:
    """Most names are no keys, but say what all of their values are. Commas are in prose, too: of a
    table most rows have as many, and there are several, with its heading."""
    if form is _by_keys:
        keys = [label for each in filter(None, found) for label in each.values()]
        return len(keys) == 1 or len(set(keys)) > 1
    sign = form.args[0] if isinstance(form, partial) else ""
    if sign not in (",", ";"):
        return True
    counted = Counter((yield from _in_slices(rows, partial(_columns, sign))))
    columns, count = counted.most_common(1)[0]
    if count > 1:
        return 2 * count > len(rows)
    among = frozenset(line for line, _ in rows)
    others = [(line, dict[str, None]()) for line in lines if line not in among]
    return columns in (yield from _in_slices(others, partial(_columns, sign)))


def _columns(sign: str, line: str, _jobids: _Ids) -> int:
    return len(_split(sign, line))


def _by_cells(sign: str, line: str, jobids: _Ids) -> Labels | None:
    """The other cells of a row, for each ID in it."""
    cells = _split(sign, line)
    if len(cells) < 2:
        return None
    sought = _IdsOfRow(line, jobids)
    here = [set(sought.of_cell(cell)) for cell in cells]
    beside = [cell for cell, ids in zip(cells, here, strict=True) if not ids]
    if not any(here) or any(map(_LEVEL.fullmatch, beside)):
        return None
    place = _place_of_our_row(cells, here)
    label = _label_of_our_row(cells[place:]) if place is not None else ""
    if place is not None:
        beside = [cell for cell, ids in zip(cells[:place], here, strict=False) if not ids]
    label = label or _joined(beside)
    return dict.fromkeys((jobid for ids in here for jobid in ids), label)


def _split(sign: str, line: str) -> list[str]:
    if sign == "|":
        return _BARS.split(line.strip().strip("|│┃║¦"))
    if sign not in line:
        return [line]
    try:
        rows = list(csv.reader([line], delimiter=sign, skipinitialspace=sign != "\t"))
    except csv.Error:
        return line.split(sign)
    return rows[0] if len(rows) == 1 else line.split(sign)


class _IdsOfRow:
    """The job IDs of one row, looked for in its cells only where these have what all IDs of the row
    begin with: there may be thousands of both."""

    def __init__(self, line: str, jobids: _Ids) -> None:
        self._jobids = jobids
        self._beginning = commonprefix(list(jobids))  # noqa: RUF071 - no paths
        self._lengths = frozenset(map(len, jobids))
        self._are_wrapped = not any(jobid in line for jobid in jobids)

    def of_cell(self, cell: str) -> Iterator[str]:
        """Those that a cell is, and that it does not only mention."""
        bare = cell.strip(_AROUND)
        if bare in self._jobids:
            yield bare
            return
        for jobid in self.places(bare):
            before, _, after = bare.partition(jobid)
            is_record = bare.startswith("{") and bare.endswith("}")
            if is_record or _ADDRESS.match(bare) or _BESIDE_IN_CELL.fullmatch(before + after):
                yield jobid
        if self._are_wrapped and len(bare) <= _LONGEST_CELL:
            yield from (jobid for jobid in find(bare).jobids if jobid in self._jobids)

    def places(self, text: str) -> dict[str, int]:
        """Where those that a text mentions are first, in their order there."""
        found, at = dict[str, int](), text.find(self._beginning)
        while at >= 0:
            for length in self._lengths:
                if (word := text[at : at + length]) in self._jobids:
                    found.setdefault(word, at)
            at = text.find(self._beginning, at + 1)
        return found


def _joined(cells: Sequence[str]) -> str:
    said = (clean_label(plain(cell).strip(_AROUND)) for cell in cells if _says_something(cell))
    return clean_label(_BETWEEN_CELLS.join(filter(None, said)))


def _says_something(cell: str) -> bool:
    return not _MOMENT.fullmatch(cell) and not _REFERENCE.search(cell)


# -- rows that the program itself wrote ------------------------------------------------------------

_OUR_STATUSES = (  # core/jobs/status.py
    *("completed", "failed", "running", "not found", "not found so far"),
    *("not checked yet", "not checked any more"),
)


def _place_of_our_row(cells: Sequence[str], here: Sequence[Collection[str]]) -> int | None:
    """Where a copied or exported row begins: a number, the ID, and a status of ours. Of the rest
    the last cells may be missing, where they are empty."""
    for place in range(len(cells) - 2):
        status = cells[place + 2].strip()
        if cells[place].strip().isdecimal() and here[place + 1] and status in _OUR_STATUSES:
            return place
    return None


def _label_of_our_row(cells: Sequence[str]) -> str:
    from dreamina_desktop.core.export import csv_table, tables  # noqa: PLC0415 (as above)

    in_csv = csv_table.HEADINGS.index("label")
    place = in_csv if len(cells) >= in_csv else tables.HEADINGS.index("label")
    return clean_label(cells[place].removeprefix("'")) if len(cells) > place else ""


# -- keys of a JSON object -------------------------------------------------------------------------


def _by_keys(line: str, jobids: _Ids) -> Labels | None:
    """`"shot 3": "j0719…"`: of an object that is a record of something else, none."""
    places = _IdsOfRow(line, jobids).places(line)
    if len(places) < len(jobids):
        return None
    labels, rest, end = dict[str, str](), list[str](), 0
    for jobid, at in places.items():
        key = _KEY.search(line[max(end, at - 2 * _LONGEST_CELL) : at])
        if key is None or _NO_KEY.fullmatch(key[2]):
            return None
        rest.append(line[end : at - len(key[0])])
        end = at + len(jobid)
        labels[jobid] = clean_label(plain(key[2]))
    return None if _OTHER_PAIR.search("".join((*rest, line[end:]))) else labels


_FORMS: Sequence[_Form] = (*(partial(_by_cells, sign) for sign in "\t|,;"), _by_keys)
