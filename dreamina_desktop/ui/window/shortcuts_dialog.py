"""All keys, in one place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QWidget

KEYS = (
    ("Ctrl+V", "Track the IDs on the clipboard; find the images of pasted files"),
    ("Ctrl+L", "Go to the field for IDs"),
    ("Ctrl+F", "Search: words of prompts, numbers, models, job IDs"),
    ("Ctrl+1, Ctrl+2", "Go to the jobs, to the images"),
    ("Ctrl+C", "Jobs: copy job IDs. Images: copy references"),
    ("Ctrl+Shift+R", "Jobs: copy the whole paste as rows, in its own order"),
    ("Ctrl+Shift+C", "Copy the picture and its file"),
    ("Enter, Space", "Open the image large"),
    ("Delete", "Jobs: remove from the list. Images: reject"),
    ("P, X, U", "Images: pick, reject, neither"),
    ("1 to 5, 0", "Images: stars, none"),
    ("T, N", "Images: tags, a note"),
    ("Z, F, W, I", "In the viewer: actual size, fit, fill, information"),
    ("R, Alt+1 to Alt+6", "Images: into the reference tray, into one of its slots"),
    ("Shift+R", "Take over the request of the image's job"),
    ("Ctrl+T, Ctrl+Alt+C", "Show the tray; copy the request as JSON, curl, Python …"),
    ("B, Shift+B", "Add to a collection, take out of the one that is shown"),
    ("Alt+Left, Alt+Right", "In a collection: move the images"),
    ("Ctrl+E", "Export images, or a contact sheet of them"),
    ("C", "Compare two to four images; B blinks"),
    ("Ctrl+J", "Show the image's job in the list"),
    ("Ctrl+Shift+F", "Filter"),
    ("F11", "Full screen"),
    ("Esc", "Select nothing: the gallery shows all images"),
    ("Ctrl+Z", "Undo"),
    ("F5", "Refresh now"),
    ("Ctrl+I", "Show or hide the details"),
    ("Ctrl+,", "Settings"),
    ("Ctrl+Q", "Quit"),
)


class ShortcutsDialog(QDialog):
    """Closed with Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys")
        form = QFormLayout(self)
        form.setContentsMargins(24, 24, 24, 24)
        form.setSpacing(8)
        for keys, words in KEYS:
            name = QLabel(keys)
            name.setProperty("role", "strong")
            form.addRow(name, QLabel(words))
