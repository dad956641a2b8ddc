"""Work done in batches that shrink to what memory holds.

Belongs here: batching and what to do when a device's memory runs out. Does not belong here: networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np


class Batches:
    """Batches of at most `size` items. Where memory does not suffice they are halved, from then on for good."""

    def __init__(self, size: int) -> None:
        self.size = size

    def through(self, items: Iterable[np.ndarray], answer: Callable[[np.ndarray], np.ndarray]) -> Iterator[np.ndarray]:
        """The answer to each item in turn. `answer` takes and gives arrays whose first axis is the items.

        Raises torch.cuda.OutOfMemoryError where a single item is too much.
        """
        items = iter(items)
        while batch := list(islice(items, self.size)):
            while batch:
                told = self._tried(batch, answer)
                if told is not None:
                    yield from told
                    batch = batch[len(told) :]

    def _tried(self, batch: list[np.ndarray], answer: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
        import torch

        try:
            return answer(np.stack(batch[: self.size]))
        except torch.cuda.OutOfMemoryError:
            if self.size == 1:
                raise
        # What the failed try held is free only now that its frame is gone.
        torch.cuda.empty_cache()
        self.size //= 2
        return None
