"""Run by `test_warm`: what a worker computes with, in a process forked from one that has the modules loaded."""

import multiprocessing
import sys


def compute(said) -> None:
    """Whatever has threads of its own, in a forked process: linear algebra, pictures, tables, a network."""
    import io

    import cv2
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from scipy.optimize import least_squares

    from gametape.ball.network.runtime import GRAPH
    from gametape.networks.runtime import OnnxRuntime

    loaded = [name for name in ("scipy.ndimage", "gametape.report.build") if name in sys.modules]
    square = np.arange(250_000.0).reshape(500, 500) % 7
    good = np.allclose((square @ square)[3], square[3] @ square)
    good &= cv2.GaussianBlur(np.ones((900, 900, 3), np.uint8), (9, 9), 2).sum() == 900 * 900 * 3
    written = io.BytesIO()
    pq.write_table(pa.table({"x": np.arange(100_000)}), written)
    good &= pq.read_table(io.BytesIO(written.getvalue())).num_rows == 100_000
    good &= abs(least_squares(lambda x: x - 3, [0.0]).x[0] - 3) < 1e-6
    [maps] = OnnxRuntime(GRAPH).maps([np.zeros((12, 64, 64), np.uint8)])
    said.put((bool(good), maps.shape, loaded))


def main() -> None:
    """Fork, and print what came back."""
    sys.argv = ["dagster", "api", "grpc"]
    from resources.warm import fork_workers, warm_up

    fork_workers()
    warm_up()
    context = multiprocessing.get_context("spawn")  # the object that Dagster's code server has
    said = context.Queue()
    for _ in range(2):
        worker = context.Process(target=compute, args=(said,))
        worker.start()
        print(*said.get(timeout=100), sep="|")
        worker.join(100)
        print(type(worker).__name__, worker.exitcode)


if __name__ == "__main__":
    main()
