"""Times as timecode, the way editing programs count frames.

At 30000/1001 frames a second, and at twice that, timecode that counts 30 (60) a second falls behind the clock by 3.6 s
an hour. Drop-frame timecode leaves out two (four) numbers each minute but every tenth, so that it keeps up; no frame is
lost. All other rates count the frames of a second rounded to a whole number, and say so.
"""

from __future__ import annotations


def is_drop_frame(rate: tuple[int, int]) -> bool:
    """Does a rate have drop-frame timecode?"""
    return rate in ((30000, 1001), (60000, 1001))


def counted(rate: tuple[int, int]) -> int:
    """Frames that timecode counts a second.

    >>> counted((24000, 1001)), counted((25, 1)), counted((60000, 1001))
    (24, 25, 60)
    """
    return max(1, round(rate[0] / rate[1]))


def frames_at(time_s: float, rate: tuple[int, int]) -> int:
    """The frame that a time is nearest to."""
    return round(time_s * rate[0] / rate[1])


def timecode(frame: int, rate: tuple[int, int]) -> str:
    """The timecode of a frame, from 00:00:00:00 on; hours begin anew after a day.

    >>> timecode(1800, (30000, 1001)), timecode(17982, (30000, 1001)), timecode(1800, (30, 1))
    ('00:01:00;02', '00:10:00;00', '00:01:00:00')
    """
    base, drop = counted(rate), is_drop_frame(rate)
    if drop:
        left_out = base // 15  # a minute
        in_minute, in_ten = base * 60 - left_out, base * 600 - 9 * left_out
        tens, rest = divmod(frame, in_ten)
        frame += 9 * left_out * tens
        if rest >= base * 60:  # the first minute of ten is whole
            frame += left_out * (1 + (rest - base * 60) // in_minute)
    seconds, frames = divmod(frame, base)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minute:02d}:{second:02d}{';' if drop else ':'}{frames:02d}"
