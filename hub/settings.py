"""Settings: every `HUB_*` name, checked once at start; an unknown name or a bad value stops with a sentence.

Nothing here reads the environment on its own: `load_settings` is handed a mapping (by default `os.environ`) and
answers with one frozen value, which `hub.app` passes on. `docs/settings.md` is printed from this class.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.config import JsonDict
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from hub.vocabulary.errors import SettingsInvalid

PREFIX = "HUB_"
TEST_PREFIX = "HUB_TEST_"
"""Names that only the tests read; the hub passes over them."""
SECRET_FILE = "secret-key"  # noqa: S105 - the name of a file
SQLITE_SCHEMES = ("sqlite", "sqlite+aiosqlite")
LATER_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")

_SECRET = re.compile(r"[!-~]{32,}")


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _setting(default: Any, wants: str, meaning: str, shown: str = "", **bounds: Any) -> Any:
    """One setting: `wants` ends the sentence that refuses a bad value, `shown` is its default in the docs."""
    extra: JsonDict = {"wants": wants, "shown": shown or f"`{default}`"}
    return Field(default, description=meaning, json_schema_extra=extra, **bounds)


class Settings(BaseSettings):
    """All settings of a hub, as `load_settings` makes it. `Settings(data_dir=…)` in a test reads no environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    data_dir: Path = _setting(
        Path("hub-data"),
        "a folder, or a name where one can be made",
        "Everything the embedded hub keeps: database, search index, media files, the generated secret.",
        "`./hub-data`",
    )
    database_url: str = _setting(
        "",
        "sqlite:///FILE",
        "Where the rows are. `sqlite:///relative/file` or `sqlite:////absolute/file`.",
        "`hub.db` in the data directory",
        repr=False,
    )
    secret_key: SecretStr | None = _setting(
        None,
        "at least 32 printable ASCII characters without blanks",
        "Signs cursors and tokens. Give all processes of one hub the same.",
        f"made once, kept in `{SECRET_FILE}` in the data directory (mode 0600)",
    )
    base_url: str = _setting(
        "",
        "an http:// or https:// address without user, query or fragment",
        "The address readers use; links in answers and feeds begin with it.",
        "`http://HOST:PORT`",
    )
    host: str = _setting(
        "127.0.0.1", "an address or host name to listen on", "Listens here; `0.0.0.0` for every network.", min_length=1
    )
    port: int = _setting(8000, "a whole number from 1 to 65535", "Listens on this port.", ge=1, le=65535)
    log_level: LogLevel = _setting(
        LogLevel.INFO, "one of debug, info, warning, error", "The least severe level that is written."
    )
    limit_depth: int = _setting(
        12, "a whole number of at least 1", "The deepest nesting a GraphQL operation may have.", ge=1
    )
    limit_aliases: int = _setting(
        30, "a whole number of at least 0", "How many aliases a GraphQL operation may use.", ge=0
    )
    limit_tokens: int = _setting(
        4000, "a whole number of at least 1", "How many lexical tokens a GraphQL document may have.", ge=1
    )
    limit_bytes: int = _setting(
        262_144, "a whole number of bytes of at least 1024", "The largest request body, in bytes.", ge=1024
    )
    limit_cost: int = _setting(
        20_000,
        "a whole number of at least 1",
        "The highest computed cost of a GraphQL operation: roughly the rows it may touch.",
        ge=1,
    )
    graphiql: bool = _setting(True, "true or false", "Whether a browser that opens `/graphql` gets GraphiQL.", "`true`")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # Only what is handed in: a test on a developer's machine must not see that machine's HUB_* names.
        return (init_settings,)

    @field_validator("data_dir")
    @classmethod
    def _is_no_file(cls, folder: Path) -> Path:
        folder = folder.expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise ValueError("a file is in the way")
        return folder

    @field_validator("database_url")
    @classmethod
    def _is_sqlite(cls, url: str) -> str:
        return _sqlite_url(url) if url else ""

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not _SECRET.fullmatch(key.get_secret_value()):
            raise ValueError("too weak")
        return key

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        return _plain_address(url) if url else ""

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database, always `sqlite+aiosqlite:///ABSOLUTE-FILE` in this release."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'hub.db'}"

    @property
    def public_url(self) -> str:
        """`base_url`, or what this machine can open itself; without a trailing slash."""
        host = "localhost" if self.host in ("0.0.0.0", "::", "127.0.0.1") else self.host  # noqa: S104
        bracketed = f"[{host}]" if ":" in host else host
        return self.base_url or f"http://{bracketed}:{self.port}"

    def secret(self) -> SecretStr:
        """The signing secret: the one set, or the one kept in the data directory, made at the first call.

        Raises SettingsInvalid when the file can be read by others or holds no usable secret.
        """
        return self.secret_key or _kept_secret(self.data_dir)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks all settings. Raises SettingsInvalid: one sentence for each fault, never a value."""
    given = os.environ if env is None else env
    names = [name for name in given if _is_ours(name)]
    faults = [(name, _unknown(name)) for name in sorted(names) if name not in known_names()]
    values = _values({name: given[name] for name in names})
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += [_fault(str(detail["loc"][0]), detail["type"], detail["msg"]) for detail in error.errors()]
    if faults:  # raised out here, so that no validation error, and no value in it, hangs on as its context
        raise SettingsInvalid(" ".join(sentence for _, sentence in faults), field=faults[0][0])
    return settings


def known_names() -> list[str]:
    """Every `HUB_*` name there is, in the order of the docs."""
    return [PREFIX + field.upper() for field in Settings.model_fields]


def settings_page() -> str:
    """The text of docs/settings.md."""
    head = """# Settings

All settings are environment names. Nothing has to be set. They are checked at start: an unknown `HUB_*` name or a bad
value stops the hub with a sentence that names it. An empty value counts as not set. `HUB_TEST_*` names belong to the
tests and are passed over. In Kubernetes, a service called `hub` plants names such as `HUB_PORT` into every pod: set
`enableServiceLinks: false`.

| name | default | wants | meaning |
|---|---|---|---|
"""
    return head + "".join(map(_row, Settings.model_fields))


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX) and not name.upper().startswith(TEST_PREFIX)


def _values(env: Mapping[str, str]) -> dict[str, Any]:
    """The given names as fields of Settings, by the rules of pydantic-settings; unknown names are left out."""
    source = EnvSettingsSource(Settings, env_ignore_empty=True)
    source.env_vars = {name.lower(): value.strip() for name, value in env.items() if value.strip()}
    return source()


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), known_names(), n=1, cutoff=0.0)
    return f"{name} is not a setting of the hub; did you mean {near[0]}?"


def _fault(field: str, kind: str, message: str) -> tuple[str, str]:
    name = PREFIX + field.upper()
    own = message.removeprefix("Value error, ") if kind == "value_error" else ""
    reason = f" ({own})" if own else ""
    return name, f"{name} has a value the hub cannot use{reason}; it wants {_extra(field)['wants']}."


def _extra(field: str) -> dict[str, str]:
    extra = Settings.model_fields[field].json_schema_extra
    return {key: str(value) for key, value in extra.items()} if isinstance(extra, dict) else {}


def _row(field: str) -> str:
    extra, meaning = _extra(field), Settings.model_fields[field].description
    return f"| `{PREFIX}{field.upper()}` | {extra['shown']} | {extra['wants']} | {meaning} |\n"


def _sqlite_url(url: str) -> str:
    """Checks a database address and answers in the one form storage uses. Raises ValueError without the address."""
    scheme, _, rest = url.partition("://")
    if scheme in LATER_SCHEMES:
        raise ValueError("PostgreSQL comes with the engines release; this one keeps its rows in SQLite")
    if scheme not in SQLITE_SCHEMES or not rest.startswith("/"):
        raise ValueError("not an address of SQLite")
    name = rest[1:]
    if name in ("", ":memory:"):
        raise ValueError("a database in memory is gone with the process, and its connections see different ones")
    if "?" in name:
        raise ValueError("the hub sets SQLite's options itself")
    return f"sqlite+aiosqlite:///{Path(name).expanduser().absolute()}"


def _plain_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # its own message may quote the address
        raise ValueError("not a plain web address") from None
    bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise ValueError("not a plain web address")
    return url.rstrip("/")


def _kept_secret(folder: Path) -> SecretStr:
    file = folder / SECRET_FILE
    if not file.exists():
        _keep(file, secrets.token_urlsafe(48))
    if file.stat().st_mode & 0o077:
        raise SettingsInvalid(
            f"{file} can be read by others; run: chmod 600 {file}",
            field="HUB_SECRET_KEY",
            hint="Or set HUB_SECRET_KEY.",
        )
    text = file.read_text("ascii", errors="replace").strip()
    if not _SECRET.fullmatch(text):
        raise SettingsInvalid(
            f"{file} holds no usable secret; delete it and a new one is made.", field="HUB_SECRET_KEY"
        )
    return SecretStr(text)


def _keep(file: Path, secret: str) -> None:
    """Writes the secret whole or not at all; of two processes that start together, the first one's stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secret + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass  # the other process was first
    finally:
        draft.unlink()


if __name__ == "__main__":
    print(settings_page(), end="")
