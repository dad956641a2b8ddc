"""Film stays home: the libraries' own usage events are off."""

import os
import subprocess
import sys

from gametape.pose.blazepose.landmarker import private_base_options


def test_onnx_runtime_is_told_to_send_nothing_before_it_is_loaded(tmp_path):
    """It leaves a file of its session in the temporary folder as soon as it means to send."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    code = "import gametape, onnxruntime"
    subprocess.run([sys.executable, "-c", code], env=environment | {"TMPDIR": str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())


def test_mediapipe_is_given_no_certificate_to_trust_its_maker_by():
    options = private_base_options(b"model").to_ctypes()
    assert "ca_bundle_path" in dict(options._fields_), "it is called otherwise now: usage events would be sent"
    assert options.ca_bundle_path == os.devnull.encode()
