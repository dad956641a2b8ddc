"""What is produced, a module a group of the asset graph.

An asset here is a few lines over `gametape`: it says what it needs, calls the craft and publishes a table. It
holds no algorithm. `common` holds what they share. Every asset of a module in this package is part of the code
location; there is no list to add it to.
"""

import pkgutil
from importlib import import_module
from types import ModuleType


def modules() -> list[ModuleType]:
    """The package's modules."""
    return [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
