"""Read a damaged library row by row: what cannot be read is passed over, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from dreamina_desktop.library.integrity import columns_of, is_sound

Row = dict[str, Any]
UNREADABLE = (apsw.Error, UnicodeDecodeError)
_AT_ONCE = 1024  # keys; halved where not all of them can be read
_PATIENCE = 5_000  # keys in a row that cannot be read, before no more is expected


class DamagedRows:
    """`is_complete`: whether everything that was asked for could be read."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._failed = 0  # keys since the last row
        self.is_complete = True

    def rows(self, table: str, key: str, last: int) -> Iterator[tuple[Row, bool]]:
        """Those whose `key`, a whole number, is at most `last`, in its order, and whether they
        are whole: a column is left out where it cannot be read, or holds what does not belong
        there."""
        columns = self._columns(table)
        self._failed = 0
        for low in range(1, last + 1 if columns else 1, _AT_ONCE):
            for row in self._between(table, key, columns, low, low + _AT_ONCE - 1):
                self._failed = 0
                yield row, len(row) == len(columns)
            if self._failed > _PATIENCE:
                return

    def settings(self) -> Iterator[Row]:
        """From both ends up to the damage."""
        sound = f"{is_sound('setting', 'name')} AND {is_sound('setting', 'value')}"
        for order in ("ASC", "DESC"):
            ask = f"SELECT name, value FROM setting WHERE {sound} ORDER BY name {order}"
            try:
                for name, value in self._connection.execute(ask):
                    yield {"name": name, "value": value}
            except UNREADABLE:
                continue
            return

    def number(self, ask: str) -> int:
        """The one number that a question answers; 0 where it cannot be read."""
        try:
            value = next(iter(self._connection.execute(ask)), (0,))[0]
        except UNREADABLE:
            return 0
        return value if isinstance(value, int) else 0

    def _columns(self, table: str) -> Sequence[str]:
        try:
            columns = columns_of(self._connection, table)
        except UNREADABLE:
            columns = []
        if not columns:
            self.is_complete = False
        return columns

    def _between(
        self, table: str, key: str, columns: Sequence[str], low: int, high: int
    ) -> Iterator[Row]:
        sound = " AND ".join(is_sound(table, column) for column in columns)
        which = f"FROM {table} WHERE {key} BETWEEN ? AND ?"
        ask = f"SELECT {', '.join(columns)} {which} AND {sound}"
        try:
            found = list(self._connection.execute(ask, (low, high)))
            total = next(iter(self._connection.execute(f"SELECT count(*) {which}", (low, high))))[0]
        except UNREADABLE:
            found, total = [], -1
        if len(found) == total or low == high:
            yield from (dict(zip(columns, values, strict=True)) for values in found)
        if len(found) == total:
            return
        if low == high:
            self.is_complete = False
            self._failed += 1
            if table == "job":  # of the others half a row is of no use
                yield from self._piecemeal(table, key, columns, low)
        else:
            middle = (low + high) // 2
            yield from self._between(table, key, columns, low, middle)
            yield from self._between(table, key, columns, middle + 1, high)

    def _piecemeal(self, table: str, key: str, columns: Sequence[str], value: int) -> Iterator[Row]:
        """One row, a column at a time; nothing where several have this key."""
        row: Row = {key: value}
        for column in columns:
            ask = f"SELECT {column} FROM {table} WHERE {key} = ? AND {is_sound(table, column)}"
            try:
                found = list(self._connection.execute(ask, (value,)))
            except UNREADABLE:
                continue
            if len(found) == 1:
                row[column] = found[0][0]
        if len(row) > 1:
            yield row
