"""One settings object: environment (FAZHI_*), `.env`, `fazhi.toml`, then these defaults."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """What an operator may set. The command line's options stand above all of it."""

    model_config = SettingsConfigDict(
        env_prefix="FAZHI_", env_file=".env", toml_file="fazhi.toml", extra="forbid", env_ignore_empty=True
    )

    data: Path = Field(default=Path("data"), description="The one directory that holds all state.")
    portals: Path | None = Field(default=None, description="Registry of portals; without it seeds/portals.yaml.")
    contact: str = Field(
        default="https://github.com/fazhi-project/fazhi",
        description="Address or mailbox in the user agent, so that a portal's keeper can reach the operator.",
    )
    shards: int = Field(default=2, ge=1, le=100, description="Crawls that run side by side; a host is in one of them.")
    processes: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, description="Processes that extract side by side."
    )
    crawl_timeout_s: int = Field(default=4 * 3600, ge=1, description="A crawl that takes longer is stopped.")

    def registry(self) -> Path:
        """The registry file in force."""
        return (self.portals or Path(str(files("seeds") / "portals.yaml"))).resolve()

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
