"""Columns of the lake's tables as NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def column(table: pa.Table, name: str) -> np.ndarray:
    """A numeric column as float64, NaN where null."""
    import pyarrow as pa

    return table[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64, copy=False)


def integers(table: pa.Table, name: str) -> np.ndarray:
    """A column without nulls as int64."""
    import pyarrow as pa

    return table[name].cast(pa.int64()).to_numpy(zero_copy_only=False)
