"""The folder of the embedded index as the wiring sees it: whether anybody writes it, whether it is damaged."""

from __future__ import annotations

from hub.app.opening import index_folder
from hub.settings import Settings
from hub.vocabulary.errors import SearchUnavailable
from indexers.embedded.generations import Generations

REQUEST = "rebuild-requested"
"""A file in the index folder: the leading worker builds a new generation and removes it."""


def is_free(settings: Settings) -> bool:
    """Whether no process holds the index's lock."""
    try:
        Generations(index_folder(settings)).lock().close()
    except SearchUnavailable:
        return False
    return True


def forget_damaged(settings: Settings) -> None:
    """Lets the next one who opens the index begin an empty generation; readers find nothing until it is filled."""
    generations = Generations(index_folder(settings))
    lock = generations.lock()
    generations.pointer_path.unlink(missing_ok=True)
    lock.close()
