"""Batches that shrink when a device runs out of memory.

Belongs here: batching. Does not belong here: networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np


class Batches:
    """Batches of at most `size` items, halved for good whenever memory runs out."""

    def __init__(self, size: int) -> None:
        self.size = size

    def through(self, items: Iterable[np.ndarray], answer: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
        """Answer each item in turn.

        Args:
            items: Arrays of one shape.
            answer: Maps a batch (n, ...) of them to n answers.

        Yields:
            The answer to each item.

        Raises:
            torch.cuda.OutOfMemoryError: A single item is too large.
        """
        items = iter(items)
        while batch := list(islice(items, self.size)):
            while batch:
                answers = self._attempt(batch, answer)
                if answers is not None:
                    yield from answers
                    batch = batch[len(answers) :]

    def _attempt(self, batch: list[np.ndarray], answer: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        import torch

        try:
            return answer(np.stack(batch[: self.size]))
        except torch.cuda.OutOfMemoryError:
            if self.size == 1:
                raise
        # The failed attempt's memory is free only after its frame is gone.
        torch.cuda.empty_cache()
        self.size //= 2
        return None
