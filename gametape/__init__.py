"""gametape: game film in, answers out.

This package is the craft: plain Python that sees, measures and explains. It never imports Dagster; the
orchestration beside it calls in. Heavy libraries load inside functions, so importing any module here is cheap.
"""

import os

# Since 1.29 ONNX Runtime's wheels send usage events to their maker, from the moment they are imported. Film stays home.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# NumPy and SciPy multiply small matrices here. OpenBLAS gives them to all cores, whose threads wait: the court of a
# cricket film takes 2.4 CPU s so, and 1.6 in one thread. Torch, ONNX Runtime and OpenCV have threads of their own.
# It is read when NumPy loads; what the operator sets wins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
