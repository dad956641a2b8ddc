"""The report: one page a video that a coach opens from a file or from object storage, with no server.

Belongs here: the page, its overlay data, its words. Does not belong here: measuring anything, storing the page.
"""

from gametape.report.build import ReportFiles, ReportInput, build_report
from gametape.report.history import History, history

__all__ = ["History", "ReportFiles", "ReportInput", "build_report", "history"]
