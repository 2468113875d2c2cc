"""A screen reader that prints what it would say; run by the system's Python, which has pyatspi.

A line of JSON for each event about an item of a list: what happened, and the item's name.
"""

import json
import sys

import pyatspi

HEARD = (
    "object:state-changed:focused",
    "object:state-changed:selected",
    "object:active-descendant-changed",
)


def say(*words):
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def hear(event):
    thing = event.source
    try:
        if event.detail1 and thing.getRole() == pyatspi.ROLE_LIST_ITEM:
            say(event.type.minor or event.type.major, thing.name)
    except Exception as error:  # the item is gone
        sys.stderr.write(f"{error}\n")


pyatspi.Registry.registerEventListener(hear, *HEARD)
say("listens", "")
pyatspi.Registry.start()
