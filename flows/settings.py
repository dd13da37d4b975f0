"""One settings object: environment (FAZHI_*), `.env`, `fazhi.toml`, then these defaults."""

from __future__ import annotations

import os
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, PrivateAttr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.data_directory import DataDirectory
from warehouse.place import LAKE

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

PREFIX = "FAZHI_"


class SettingsError(Exception):
    """A setting cannot be used; the message says which, why, and what to do."""

    exit_code = 2


class Settings(BaseSettings):
    """What an operator may set. The command line's options stand above all of it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", toml_file="fazhi.toml", extra="forbid", env_ignore_empty=True
    )

    data: Path = Field(default=Path("data"), description="The one directory that holds all state.")
    archive: str | None = Field(
        default=None, description="Root of the archive, a folder or an fsspec URL such as s3://…; else DATA/archive."
    )
    warehouse: str | None = Field(
        default=None,
        description="A lake, ducklake:postgres:dbname=… host=… (the password in PGPASSWORD or ~/.pgpass); "
        "else releases in DATA/warehouse.",
    )
    lake_data: str | None = Field(
        default=None,
        description="Where a new lake keeps its data, a folder or s3://bucket/… (keys in AWS_ACCESS_KEY_ID, "
        "AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL); else DATA/warehouse/lake. A lake that is there keeps its own.",
    )
    portals: Path | None = Field(default=None, description="Registry of portals; without it seeds/portals.yaml.")
    contact: str = Field(
        default="https://github.com/fazhi-project/fazhi",
        description="Address or mailbox in the user agent, so that a portal's keeper can reach the operator.",
    )
    shards: int = Field(default=2, ge=1, le=100, description="Crawls that run side by side; a host is in one of them.")
    on_workers: bool = Field(
        default=False,
        description="Shards are crawled by the workers of the Prefect server's pool; the archive must be on S3.",
    )
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Processes that extract side by side."
    )
    crawl_timeout_s: int = Field(default=4 * 3600, ge=1, description="A crawl that takes longer is stopped.")
    wait_s: int = Field(
        default=12 * 3600,
        ge=0,
        description="How long a run waits for another that works in the data directory; 0: it fails at once.",
    )
    _given: frozenset[str] = PrivateAttr(default=frozenset())

    def __init__(self, **given: Any) -> None:
        unknown = sorted(
            name for name in os.environ if name.startswith(PREFIX) and _field(name) not in type(self).model_fields
        )
        if unknown:
            raise SettingsError(f"{', '.join(unknown)} is no setting; `fazhi doctor` lists those there are.")
        try:
            super().__init__(**given)
            self._given = frozenset(given)
        except ValidationError as fault:
            raise SettingsError(" ".join(_sentence(error) for error in fault.errors())) from fault
        except tomllib.TOMLDecodeError as fault:
            raise SettingsError(f"fazhi.toml cannot be read: {fault}.") from fault

    @field_validator("warehouse")
    @classmethod
    def _a_lake(cls, name: str | None) -> str | None:
        if name is not None and (not name.startswith(LAKE) or name == LAKE):
            raise ValueError(f"write {LAKE}dbname=… host=…, or leave it out")
        if name is not None and without_passwords(name) != name:
            raise ValueError("its password belongs into PGPASSWORD or ~/.pgpass, where nobody sees it")
        return name

    @classmethod
    def under(cls, **options: Any) -> Settings:
        """The settings with those of the options over them that are not None."""
        return cls(**{name: value for name, value in options.items() if value is not None})

    def directory(self) -> DataDirectory:
        """The data directory, with the archive and the warehouse where the settings have them."""
        # A run may work elsewhere than where it was started.
        archive, lake_data = (
            told if told is None or "://" in told else str(Path(told).resolve())
            for told in (self.archive, self.lake_data)
        )
        return DataDirectory(self.data.resolve(), archive, self.warehouse, lake_data)

    def registry(self) -> Path:
        """The registry file in force."""
        return (self.portals or Path(str(files("seeds") / "portals.yaml"))).resolve()

    def origins(self) -> dict[str, str]:
        """Where the value of each setting came from: `given`, the environment variable, `.env`, `fazhi.toml` or
        `default`."""
        kind = type(self)
        found = dict.fromkeys(kind.model_fields, "default")
        for source, name in (
            (TomlConfigSettingsSource(kind), "fazhi.toml"),
            (DotEnvSettingsSource(kind), ".env"),
            (EnvSettingsSource(kind), "environment"),
        ):
            found |= dict.fromkeys(found.keys() & source().keys(), name)
        return found | dict.fromkeys(self._given, "given")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of trust: given by the caller, environment, `.env`, `fazhi.toml`."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def without_passwords(text: str) -> str:
    """Text with the passwords of addresses and connections made unreadable."""
    return re.sub(r"(?<=://)([^/@\s]*)(?=@)|(?<=password=)('[^']*'|[^\s']+)", "•••", text)


def _field(variable: str) -> str:
    return variable.removeprefix(PREFIX).lower()


def _sentence(error: ErrorDetails) -> str:
    name = ".".join(str(part) for part in error["loc"])
    given = without_passwords(repr(error["input"]))
    return f"The setting {name} ({PREFIX}{name.upper()}) cannot be {given}: {error['msg']}."
