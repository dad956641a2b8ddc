"""What one does with films: add, look, retry, cancel, delete, open."""

import json
import sys
import time
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

Video = Annotated[str, typer.Argument(help="Partition key, or the start of one.")]
