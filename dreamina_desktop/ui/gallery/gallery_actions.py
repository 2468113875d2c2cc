"""What can be done with the selected images: one QAction each, in a menu and by keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from dreamina_desktop.core.jobs.job import Image, ImageKey, ImageState, Job
from dreamina_desktop.ui.copy.copy_images import Copying
from dreamina_desktop.ui.gallery.open_with import Opening
from dreamina_desktop.ui.gallery.save_copy import Saving
from dreamina_desktop.ui.marks.mark_actions import MarkActions
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.views.job_loader import images_among, with_jobs
from dreamina_desktop.ui.widgets.actions import view_action
from dreamina_desktop.ui.wording import link_life

FEWEST, MOST = 2, 4  # images that are compared
MENU_READS = 50  # images that are looked at to see what a menu can do
KeysSource = Callable[[], Sequence[ImageKey]]


class GalleryActions(QObject):
    """Acts on the images that `selected` names at that moment."""

    job_requested = Signal(int)  # the number of the first one's
    comparison_requested = Signal(object)  # ImageKeys

    def __init__(
        self,
        services: Services,
        view: QWidget,
        selected: KeysSource,
        open_image: Callable[[], None],
        marks: MarkActions,
    ) -> None:
        super().__init__(view)
        self._services = services
        self._view = view
        self._selected = selected
        self._marks = marks
        self._copying = Copying(services, self)
        self._saving = Saving(services.messages, view)
        self._menu: QMenu | None = None
        self._more: list[Callable[[QMenu], object]] = []
        copying = self._copying
        self._copy_reference = view_action(
            view, "Copy reference", self._copier(copying.references), "Ctrl+C"
        )
        self._copy_picture = view_action(
            view, "Copy picture", self._copier(copying.pictures), "Ctrl+Shift+C"
        )
        self._copy_link = view_action(view, "Copy link", self._copier(copying.links))
        self._copy_job_id = view_action(view, "Copy job ID", self._copier(copying.job_ids))
        self._copy_prompt = view_action(view, "Copy prompt", self._copier(copying.prompts))
        self._open_image = view_action(view, "Open image", open_image)
        self._compare = view_action(view, "Compare", self._on_compare_triggered, "C")
        self._show_job = view_action(
            view, "Show job in the list", self._on_show_job_triggered, "Ctrl+J"
        )
        self._opening = Opening(services, view, selected)
        self._save_copy = view_action(view, "Save a copy…", self._on_save_copy_triggered)
        self._retry = view_action(view, "Retry", self._on_retry_triggered)

    def copy_references(self, keys: Sequence[ImageKey]) -> None:
        self._copying.references(keys)

    def retry(self, keys: Sequence[ImageKey]) -> None:
        """Fetch these again: not saved, or with a file that is gone or changed."""
        self._services.downloader.retry(keys)
        self._services.file_watch.retry(keys)

    def add_menu(self, add: Callable[[QMenu], object]) -> None:
        """Whoever has more to offer adds it to each menu."""
        self._more.append(add)

    def popup(self, at: QPoint) -> None:
        """Show the menu at a point of the screen."""
        menu = self.menu()
        menu.popup(at)

    def menu(self) -> QMenu:
        """The menu for what is selected now; lives until the next one."""
        self._prepare()
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = QMenu("Images", self._view)
        for group in self._groups():
            self._menu.addActions(group)
            self._menu.addSeparator()
        self._marks.add_to(self._menu)
        for add in self._more:
            add(self._menu)
        self._menu.addAction(self._retry)
        return self._menu

    def _groups(self) -> tuple[list[QAction], ...]:
        return (
            [self._copy_reference, self._copy_picture, self._copy_link],
            [self._copy_job_id, self._copy_prompt],
            [self._open_image, self._compare, self._show_job],
            [*self._opening.actions, self._save_copy],
        )

    def _prepare(self) -> None:
        """What can be done with these images, and how long the link still works."""
        images = self._images(MENU_READS)
        saved = any(image.file for image in images)
        for action in (self._copy_picture, self._save_copy):
            action.setEnabled(saved)
        self._opening.set_enabled(saved)
        self._copy_reference.setEnabled(any(image.entry.asset_ref for image in images))
        self._copy_link.setEnabled(any(image.url for image in images))
        self._copy_prompt.setEnabled(any(self._prompt(image) for image in images))
        self._retry.setEnabled(any(map(self._can_retry, images)))
        life = link_life(images[0].url, self._services.server_clock.time()) if images else ""
        several = len(images) > 1
        self._compare.setEnabled(FEWEST <= len(self._selected()[: MOST + 1]) <= MOST)
        self._copy_reference.setText("Copy references" if several else "Copy reference")
        link = "Copy links" if several else "Copy link"
        self._copy_link.setText(f"{link} ({life})" if life and not several else link)

    def _copier(self, copy: Callable[[Sequence[ImageKey]], None]) -> Callable[[], None]:
        return lambda: copy(self._selected())

    def _images(self, most: int | None = None) -> list[Image]:
        """The selected ones; `most`: only so many of the first."""
        found = (self._services.library.image(key) for key in self._selected()[:most])
        return [image for image in found if image is not None]

    def _can_retry(self, image: Image) -> bool:
        is_saved = image.state is ImageState.SAVED
        return not is_saved or bool(self._services.file_watch.trouble(image.key))

    def _prompt(self, image: Image) -> str | None:
        record = self._services.library.job(image.key.number).record
        return record.prompt if record else None

    def _on_compare_triggered(self) -> None:
        keys = list(self._selected()[: MOST + 1])
        if FEWEST <= len(keys) <= MOST:
            self.comparison_requested.emit(keys)
        else:
            self._services.messages.say("Select two to four images to compare them.")

    def _on_show_job_triggered(self) -> None:
        if keys := self._selected():
            self.job_requested.emit(keys[0].number)

    def _on_save_copy_triggered(self) -> None:
        keys = self._selected()
        numbers = (key.number for key in keys)
        with_jobs(
            self._services, numbers, lambda jobs: self._saving.ask(list(images_among(jobs, keys)))
        )

    def _on_retry_triggered(self) -> None:
        keys = self._selected()

        def retry(jobs: Sequence[Job]) -> None:
            images = images_among(jobs, keys)
            self.retry([image.key for image in images if self._can_retry(image)])

        with_jobs(self._services, (key.number for key in keys), retry)
