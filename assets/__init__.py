"""The data assets, one module for each group of the asset graph.

An asset here is a few lines around `gametape`: it declares its inputs, calls a function and publishes a table. It holds
no algorithm. `common` holds what assets share. Every asset of a module in this package is part of the code location
without being listed anywhere.
"""

import pkgutil
from importlib import import_module
from types import ModuleType


def modules() -> list[ModuleType]:
    """The package's modules."""
    return [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
