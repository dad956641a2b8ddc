"""The report of a film: a page that a coach opens from a file or from object storage, without a server, and a PDF.

Belongs here: the page, what it draws over the film, its words. Does not belong here: measuring, storing the page.
"""

from gametape.report.build import ReportFiles, build_report
from gametape.report.history import History, history
from gametape.report.inputs import ReportInput

__all__ = ["History", "ReportFiles", "ReportInput", "build_report", "history"]
