"""gametape: game film in, answers out.

This package is the craft: plain Python that sees, measures and explains. It never imports Dagster; the
orchestration beside it calls in. Heavy libraries load inside functions, so importing any module here is cheap.
"""

import os

# Since 1.29 ONNX Runtime's wheels send usage events to their maker, from the moment they are imported. Film stays home.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
