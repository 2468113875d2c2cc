"""A tray as KDE and others have it: the service on the session's bus that icons register with."""

from __future__ import annotations

import subprocess
import threading
from contextlib import ExitStack
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_error,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"


class StatusTray:
    """A bus of its own, with a tray on it and what one does with the icon."""

    def __init__(self, stack: ExitStack) -> None:
        bus = stack.enter_context(
            subprocess.Popen(
                ["dbus-daemon", "--session", "--nofork", "--print-address"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        stack.callback(bus.terminate)
        assert bus.stdout is not None
        self.address = bus.stdout.readline().strip()
        self.icons: list[str] = []  # names on the bus
        self._serving = stack.enter_context(open_dbus_connection(self.address))
        self._asking = stack.enter_context(open_dbus_connection(self.address))
        self._serving.send_and_get_reply(message_bus.RequestName(WATCHER))
        threading.Thread(target=self._serve, daemon=True).start()

    def icon(self) -> dict[str, Any]:
        """The properties of the one icon."""
        reply = self._ask(Properties(self._at("/StatusNotifierItem", ITEM)).get_all())
        return {name: value for name, (_, value) in reply[0].items()}

    def click(self) -> None:
        self._ask(new_method_call(self._at("/StatusNotifierItem", ITEM), "Activate", "ii", (0, 0)))

    def menu(self) -> dict[str, int]:
        """The entries of the icon's menu."""
        menu = self._at(self.icon()["Menu"], MENU)
        (_, layout) = self._ask(new_method_call(menu, "GetLayout", "iias", (0, -1, [])))
        entries = [entry for _, entry in layout[2]]
        return {entry[1]["label"][1]: entry[0] for entry in entries if "label" in entry[1]}

    def choose(self, entry: str) -> None:
        """From the icon's menu."""
        number = self.menu()[entry]
        menu = self._at(self.icon()["Menu"], MENU)
        event = (number, "clicked", ("s", ""), 0)
        self._ask(new_method_call(menu, "Event", "isvu", event))

    def is_there(self) -> bool:
        """Whether the icon's program is still on the bus."""
        return bool(self._ask(message_bus.NameHasOwner(self.icons[-1]))[0])

    def _at(self, path: str, interface: str) -> DBusAddress:
        return DBusAddress(path, bus_name=self.icons[-1], interface=interface)

    def _ask(self, message: Message) -> Any:
        reply = self._asking.send_and_get_reply(message)
        assert reply.header.message_type is MessageType.method_return, reply.body
        return reply.body

    def _serve(self) -> None:
        try:
            while True:
                self._answer(self._serving, self._serving.receive())
        except (ConnectionError, OSError):
            return  # the test is over

    def _answer(self, bus: DBusConnection, asked: Message) -> None:
        if asked.header.message_type is not MessageType.method_call:
            return
        match asked.header.fields[HeaderFields.member]:
            case "Get":
                bus.send(new_method_return(asked, "v", (("b", True),)))
            case "RegisterStatusNotifierItem":
                self.icons.append(asked.header.fields[HeaderFields.sender])
                bus.send(new_method_return(asked))
            case _:
                bus.send(new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod"))
