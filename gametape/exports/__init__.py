"""Exports: a film's tables as the files and payloads that other programs read.

film: what an export reads of the lake. tracks: people on the times at which they were looked for. opensim (TRC, MOT),
c3d, sheets (CSV), payloads (JSON): one format family each. folder: the export of a film, whole or not at all.

Belongs here: formats. Does not belong here: measuring, or anything that a table does not say.
"""

from gametape.exports.folder import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
