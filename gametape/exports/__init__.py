"""Exports: a film's tables as the files that other programs read.

Belongs here: file formats. Does not belong here: measuring, or anything that no table says.

film_tables: what an export reads from the lake. resampling: people at the times at which they were looked for, and at a
constant rate. markers: keypoints as markers. opensim (TRC, MOT), c3d, csv_files, json_files: one family of formats
each. folder: the export of a film, whole or not at all.
"""

from gametape.exports.folder import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
