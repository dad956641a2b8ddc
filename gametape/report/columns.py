"""Columns of the lake's tables as NumPy arrays."""

from __future__ import annotations

import base64
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


#: Stands for a place that is not known, where places are packed.
MISSING = -32768


def packed(values: np.ndarray, kind: str) -> str:
    """Numbers as base64 of a NumPy kind, as the page's script reads them."""
    return base64.b64encode(np.asarray(values).astype(kind).tobytes()).decode()


def packed_pixels(table: pa.Table, name: str) -> str:
    """A column of px as little-endian 16-bit integers, MISSING where null."""
    values = column(table, name)
    held = np.where(np.isfinite(values), np.clip(np.nan_to_num(values), MISSING + 1, -MISSING - 1), MISSING)
    return packed(np.round(held), "<i2")
