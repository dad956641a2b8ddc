"""What an asset needs of a machine, said once for one host, for Ray and for Kubernetes.

Belongs here: GPU, CPUs and memory, and how each of the three is told. Does not belong here: which asset needs what
(`assets`), who acts on it (`orchestration.cluster`, the pool).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resources.device import GPU_POOL

RAY_TAG, K8S_TAG = "dagster-ray/config", "dagster-k8s/config"
GB = 1_000_000_000


@dataclass(frozen=True)
class Needs:
    """What a step needs while it works.

    Args:
        cpus: Processor cores.
        memory_gb: Memory.
        gpus: Whole GPUs. A step with one is executed where there is one, in a job of its own.
    """

    cpus: float
    memory_gb: float
    gpus: int = 0

    @property
    def ray(self) -> dict[str, Any]:
        """As dagster-ray reads it. Ray counts memory, too, and places no job where it is missing."""
        return {
            "num_cpus": self.cpus,
            "memory": int(self.memory_gb * GB),
            **({"num_gpus": self.gpus} if self.gpus else {}),
        }

    @property
    def k8s(self) -> dict[str, Any]:
        """Resources of a container: more cores than asked for may be taken where they are free, memory may not."""
        memory = f"{self.memory_gb * 1000:.0f}M"
        requests, limits = {"cpu": f"{self.cpus * 1000:.0f}m", "memory": memory}, {"memory": memory}
        return {"requests": requests, "limits": {**limits, **({"nvidia.com/gpu": str(self.gpus)} if self.gpus else {})}}

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Arguments of `@dg.asset`: the pool of one host, the tags for Ray and Kubernetes."""
        tags = {RAY_TAG: self.ray, K8S_TAG: {"container_config": {"resources": self.k8s}}}
        return {"op_tags": tags, **({"pool": GPU_POOL} if self.gpus else {})}


#: A run's own process, which executes all steps that need no GPU.
WORKER = Needs(cpus=1, memory_gb=3)


def wants_gpu(tags: Mapping[str, str]) -> bool:
    """Does a step with these tags need a GPU?"""
    return bool(json.loads(tags.get(RAY_TAG, "{}")).get("num_gpus"))
