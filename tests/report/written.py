"""A report's data as programs read it."""

from __future__ import annotations

import json
import re

import numpy as np

from gametape.report import ReportFiles
from gametape.report.overlay_data import read_chunk


def page_data(files: ReportFiles) -> dict:
    text = files.page.read_text("utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S).group(1))


def chunks(files: ReportFiles) -> list[dict[str, np.ndarray]]:
    data = page_data(files)
    return [read_chunk(file.read_text("ascii"), data) for file in files.data_files]
