"""Settings, read once from the environment. Each is documented in docs/settings.md, which a test holds."""

import os
import secrets
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One frozen object for the whole process."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite:///data/gradus.db"
    secret_key: str = ""  # empty: generated once and kept in data/secret_key
    questions: Path = Path("questions")
    data: Path = Path("data")
    https: bool = False  # cookies only over TLS; also on when a request arrives by https
    max_request_bytes: int = Field(512 * 1024, ge=1024)
    max_upload_bytes: int = Field(8 * 1024 * 1024, ge=1024)  # of an instructor's images and files
    request_seconds: float = Field(20, gt=0)
    grading_per_minute: int = Field(600, ge=1)  # a client's calls of the grading API
    passwords_per_minute: int = Field(60, ge=1)  # passwords a client may try or set

    @property
    def url(self) -> str:
        """The database address with the driver that Gradus installs."""
        for prefix in ("postgres://", "postgresql://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    def signing_key(self) -> str:
        """SECRET_KEY, or the key that the first run wrote for later ones."""
        if self.secret_key:
            return self.secret_key
        path = self.data / "secret_key"
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass  # an earlier run, or another worker just now
        return path.read_text().strip()
