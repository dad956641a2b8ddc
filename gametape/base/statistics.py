"""Numbers of statistics that several packages use."""

from __future__ import annotations

from collections.abc import Sequence

Z_95 = 1.96
"""Standard errors in half a 95 % interval of a normal distribution."""
STUDENT_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t for 95 % and 1, 2, … degrees of freedom."""


def student_t(freedom: int) -> float:
    """Student's t for 95 %; beyond ten degrees of freedom that of ten, which is never too sure.

    >>> student_t(1), student_t(10), student_t(500)
    (12.706, 2.228, 2.228)
    """
    return STUDENT_T[min(freedom, len(STUDENT_T)) - 1]


def deviation(values: Sequence[float]) -> float:
    """Standard deviation of two values or more, by one degree of freedom fewer than there are values.

    >>> deviation([1.0, 3.0])
    1.4142135623730951
    """
    middle = sum(values) / len(values)
    return (sum((value - middle) ** 2 for value in values) / (len(values) - 1)) ** 0.5


def mean_error(values: Sequence[float]) -> float | None:
    """Standard error of the mean of independent values; None of fewer than two.

    Of few it is larger than usual, so that Z_95 of it are half the 95 % interval there too.

    >>> round(mean_error([1.0, 3.0]), 2), mean_error([1.0])
    (6.48, None)
    """
    n = len(values)
    return student_t(n - 1) / Z_95 * deviation(values) / n**0.5 if n > 1 else None


def deviation_error(deviation: float, n: int) -> float:
    """Standard error of the standard deviation of `n` independent values, two or more, of a normal distribution.

    >>> deviation_error(0.4, 9)
    0.1
    """
    return deviation / (2 * (n - 1)) ** 0.5


def line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Least squares: the slope and its standard error, of three points or more.

    >>> line([(1, 2.0), (2, 4.0), (3, 6.0)])
    (2.0, 0.0)
    """
    n = len(points)
    x0, y0 = (sum(values) / n for values in zip(*points, strict=True))
    sxx = sum((x - x0) ** 2 for x, _ in points)
    slope = sum((x - x0) * (y - y0) for x, y in points) / sxx
    rest = sum((y - y0 - slope * (x - x0)) ** 2 for x, y in points)
    return slope, (rest / (n - 2) / sxx) ** 0.5
