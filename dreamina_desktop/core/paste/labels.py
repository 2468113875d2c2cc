"""What stands beside job IDs in a table: the keys by which people know their jobs.

A text is a table where most of its lines with IDs have the same form: cells between tabs, bars,
commas or semicolons, or the keys of a JSON object. Prose and logs have no labels.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from functools import partial

from dreamina_desktop.core.jobs.job import clean_label
from dreamina_desktop.core.paste.find_ids import find
from dreamina_desktop.core.text.unescape import plain

_BETWEEN_CELLS = " · "
_LONGEST_LINE = 200_000  # characters of a row
_LONGEST_CELL = 600  # in which an ID is looked for, whatever it is wrapped in
_LINES_AT_ONCE = 20  # some milliseconds
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

Labels = Mapping[str, str]
_Form = Callable[[str, Collection[str]], Labels | None]  # None: the line has another form


def labels_of(
    lines: Sequence[str], ids: Sequence[Collection[str]]
) -> Generator[float, None, Labels]:
    """By ID, where the text is a table. `ids`: of each line. In slices of some milliseconds; each
    tells how much of the whole paste is done, which is all but this."""
    rows = [pair for pair in zip(lines, ids, strict=True) if pair[1]]
    for form in _FORMS if any(_has_more(line, here) for line, here in rows) else ():
        found = list[Labels | None]()
        for count, (line, here) in enumerate(rows):
            found.append(form(line, here) if _has_more(line, here) else None)
            if not count % _LINES_AT_ONCE:
                yield 1.0
        fitting = [line for (line, _), each in zip(rows, found, strict=True) if each is not None]
        if 2 * len(fitting) > len(rows) and _is_table(form, fitting, found, lines):
            return _first_of_each(found)
    return {}


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
    form: _Form, rows: Sequence[str], found: Sequence[Labels | None], lines: Sequence[str]
) -> bool:
    """Most names are no keys, but say what all of their values are. Commas are in prose, too: of a
    table most rows have as many, and there are several, with its heading."""
    if form is _by_keys:
        keys = [label for each in filter(None, found) for label in each.values()]
        return len(keys) == 1 or len(set(keys)) > 1
    sign = form.args[0] if isinstance(form, partial) else ""
    if sign not in (",", ";"):
        return True
    counted = Counter(len(_split(sign, line)) for line in rows)
    columns, count = counted.most_common(1)[0]
    if count > 1:
        return 2 * count > len(rows)
    return any(len(_split(sign, line)) == columns for line in lines if line not in rows)


def _by_cells(sign: str, line: str, jobids: Collection[str]) -> Labels | None:
    """The other cells of a row, for each ID in it."""
    cells = _split(sign, line)
    here = [set(_ids_in(cell, jobids, line)) for cell in cells]
    beside = [cell for cell, ids in zip(cells, here, strict=True) if not ids]
    if len(cells) < 2 or not any(here) or any(map(_LEVEL.fullmatch, beside)):
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


def _ids_in(cell: str, jobids: Collection[str], line: str) -> Iterator[str]:
    """The IDs that a cell is, and that it does not only mention."""
    bare = cell.strip(_AROUND)
    if bare in jobids:
        yield bare
        return
    for jobid in jobids:
        before, found, after = bare.partition(jobid)
        is_record = bare.startswith("{") and bare.endswith("}")
        is_whole = is_record or _ADDRESS.match(bare) or _BESIDE_IN_CELL.fullmatch(before + after)
        if found and is_whole:
            yield jobid
    if len(bare) <= _LONGEST_CELL and not any(jobid in line for jobid in jobids):
        yield from (jobid for jobid in find(bare).jobids if jobid in jobids)


def _joined(cells: Sequence[str]) -> str:
    said = (clean_label(plain(cell).strip(_AROUND)) for cell in cells if _says_something(cell))
    return clean_label(_BETWEEN_CELLS.join(filter(None, said)))


def _says_something(cell: str) -> bool:
    return not _MOMENT.fullmatch(cell) and not _REFERENCE.search(cell)


# -- rows that the program itself wrote ------------------------------------------------------------

_OUR_STATUSES = (  # core.status_words
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


def _by_keys(line: str, jobids: Collection[str]) -> Labels | None:
    """`"shot 3": "j0719…"`: of an object that is a record of something else, none."""
    labels = dict[str, str]()
    rest = line
    for jobid in jobids:
        before, found, _ = line.partition(jobid)
        key = _KEY.search(before[-2 * _LONGEST_CELL :]) if found else None
        if key is None or _NO_KEY.fullmatch(key[2]):
            return None
        rest = rest.replace(f"{key[0]}{jobid}", "", 1)
        labels[jobid] = clean_label(plain(key[2]))
    return None if _OTHER_PAIR.search(rest) else labels


_FORMS: Sequence[_Form] = (*(partial(_by_cells, sign) for sign in "\t|,;"), _by_keys)
