from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.settings import SECRET_FILE, LogLevel, Settings, known_names, load_settings
from hub.vocabulary.errors import SettingsInvalid

LONG = "k" * 31 + "9"


def refusal(env: dict[str, str]) -> SettingsInvalid:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(env)
    return caught.value


def test_nothing_set_is_enough() -> None:
    settings = load_settings({})

    assert settings.data_dir == Path("hub-data").absolute()
    assert settings.database == f"sqlite+aiosqlite:///{Path('hub-data').absolute()}/hub.db"
    assert settings.secret_key is None
    assert settings.public_url == "http://localhost:8000"
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 8000, LogLevel.INFO)
    assert (settings.limit_depth, settings.limit_aliases, settings.limit_tokens) == (12, 30, 4000)
    assert (settings.limit_bytes, settings.limit_cost, settings.graphiql) == (256 * 1024, 20_000, True)


def test_every_name_is_read_from_the_mapping(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "HUB_DATA_DIR": str(tmp_path),
            "HUB_DATABASE_URL": "sqlite:////srv/rows.db",
            "HUB_SECRET_KEY": LONG,
            "HUB_BASE_URL": "https://hub.example.gov.cn/",
            "HUB_HOST": "0.0.0.0",
            "HUB_PORT": "9000",
            "HUB_LOG_LEVEL": "WARNING",
            "HUB_LIMIT_DEPTH": "5",
            "HUB_LIMIT_ALIASES": "0",
            "HUB_LIMIT_TOKENS": "100",
            "HUB_LIMIT_BYTES": "2048",
            "HUB_LIMIT_COST": "7",
            "HUB_GRAPHIQL": "false",
        }
    )

    assert settings.data_dir == tmp_path
    assert settings.database == "sqlite+aiosqlite:////srv/rows.db"
    assert settings.secret().get_secret_value() == LONG
    assert settings.public_url == "https://hub.example.gov.cn"
    assert (settings.host, settings.port, settings.log_level) == ("0.0.0.0", 9000, LogLevel.WARNING)
    assert (settings.limit_depth, settings.limit_aliases, settings.limit_tokens) == (5, 0, 100)
    assert (settings.limit_bytes, settings.limit_cost, settings.graphiql) == (2048, 7, False)


def test_settings_are_read_from_the_environment_when_no_mapping_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in known_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUB_PORT", "8123")

    assert load_settings().port == 8123


def test_building_settings_directly_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "8123")

    assert Settings().port == 8000


def test_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    error = refusal({"HUB_DATADIR": "/srv"})

    assert error.message == "HUB_DATADIR is not a setting of the hub; did you mean HUB_DATA_DIR?"
    assert error.field == "HUB_DATADIR"


@pytest.mark.parametrize("name", ["hub_port", "Hub_Port"])
def test_name_in_other_letters_is_unknown_and_not_read(name: str) -> None:
    assert refusal({name: "9"}).message == f"{name} is not a setting of the hub; did you mean HUB_PORT?"


def test_names_of_tests_and_of_others_are_passed_over() -> None:
    assert load_settings({"HUB_TEST_SEARCH_URL": "x", "HUBRIS": "1", "PATH": "/bin"}) == load_settings({})


def test_all_faults_are_told_at_once() -> None:
    error = refusal({"HUB_PORT": "0", "HUB_GRAPHIQL": "perhaps", "HUB_X": ""})

    assert error.message.count("HUB_PORT has a value the hub cannot use; it wants a whole number from 1 to 65535.") == 1
    assert error.message.count("HUB_GRAPHIQL has a value the hub cannot use; it wants true or false.") == 1
    assert error.message.startswith("HUB_X is not a setting")


@pytest.mark.parametrize("name", ["HUB_PORT", "HUB_SECRET_KEY", "HUB_LOG_LEVEL", "HUB_BASE_URL", "HUB_DATABASE_URL"])
def test_empty_value_counts_as_not_set(name: str) -> None:
    assert load_settings({name: " "}) == load_settings({})


BAD = {
    "HUB_PORT": "s3cr3t-planted-port",
    "HUB_SECRET_KEY": "s3cr3t-planted",
    "HUB_DATABASE_URL": "postgresql://hub:s3cr3t-planted@db/hub",
    "HUB_BASE_URL": "https://user:s3cr3t-planted@host",
    "HUB_LOG_LEVEL": "s3cr3t-planted",
    "HUB_LIMIT_COST": "s3cr3t-planted",
    "HUB_GRAPHIQL": "s3cr3t-planted",
    "HUB_NO_SUCH_NAME": "s3cr3t-planted",
}


@pytest.mark.parametrize("name", BAD)
def test_refusal_names_the_setting_and_never_its_value(name: str) -> None:
    error = refusal({name: BAD[name]})

    assert error.field == name
    assert error.message.startswith(name)
    assert "planted" not in repr(error) + str(error.__context__) + str(error.__cause__)
    assert error.__context__ is None


@given(st.sampled_from(known_names()), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_value_is_either_taken_or_refused_by_a_sentence(name: str, value: str) -> None:
    try:
        load_settings({name: value})
    except SettingsInvalid as error:
        assert error.message.startswith(f"{name} has a value the hub cannot use")  # noqa: PT017


def test_postgresql_is_announced_for_the_engines_release() -> None:
    assert "PostgreSQL comes with the engines release" in refusal({"HUB_DATABASE_URL": "postgresql://db/hub"}).message


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "mysql://h/d", "rows.db"]
)
def test_database_that_is_no_sqlite_file_is_refused(url: str) -> None:
    assert refusal({"HUB_DATABASE_URL": url}).field == "HUB_DATABASE_URL"


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
def test_relative_database_file_is_made_absolute(scheme: str) -> None:
    url = load_settings({"HUB_DATABASE_URL": f"{scheme}:///data/rows.db"}).database

    assert url == f"sqlite+aiosqlite:///{Path('data/rows.db').absolute()}"


def test_file_in_place_of_the_data_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    assert "a file is in the way" in refusal({"HUB_DATA_DIR": str(tmp_path / "taken")}).message


def test_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")

    first = settings.secret().get_secret_value()

    assert len(first) == 64
    assert Settings(data_dir=tmp_path / "new").secret().get_secret_value() == first
    assert (tmp_path / "new" / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == [SECRET_FILE]


def test_processes_that_start_together_get_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        found.append(Settings(data_dir=tmp_path / "new").secret().get_secret_value())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(found), len(set(found))) == (8, 1)


def test_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text(LONG)
    (tmp_path / SECRET_FILE).chmod(0o644)

    with pytest.raises(SettingsInvalid, match="chmod 600") as caught:
        Settings(data_dir=tmp_path).secret()

    assert LONG not in caught.value.message


def test_damaged_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text("")
    (tmp_path / SECRET_FILE).chmod(0o600)

    with pytest.raises(SettingsInvalid, match="no usable secret"):
        Settings(data_dir=tmp_path).secret()


def test_settings_show_neither_secret_nor_database_address() -> None:
    settings = load_settings({"HUB_SECRET_KEY": LONG, "HUB_DATABASE_URL": "sqlite:////srv/quiet.db"})

    assert LONG not in repr(settings) + str(settings)
    assert "quiet" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("0.0.0.0", "localhost"), ("::", "localhost"), ("10.0.0.1", "10.0.0.1"), ("fe80::1", "[fe80::1]")],
)
def test_public_address_is_one_that_can_be_opened(host: str, shown: str) -> None:
    assert load_settings({"HUB_HOST": host}).public_url == f"http://{shown}:8000"


def test_importing_settings_loads_no_engine_and_no_logging_library() -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'strawberry', 'tantivy', 'structlog', 'rich', 'starlette'}"
    script = f"import sys, hub.settings; print(sorted({heavy} & set(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
