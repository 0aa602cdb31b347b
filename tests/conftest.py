"""What all tests share: the rule for tests that need something beside the repository, and hypothesis profiles.

A test marked `shared` needs the real data set, one marked `chromium` a browser. Where that is missing, the test fails
under CI=true; elsewhere it is skipped and named at the end, so that nobody takes it for passed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
NOT_RUN = "not run: "
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The machine may be busy: a deadline in milliseconds would test the neighbours.
_PATIENT = [HealthCheck.too_slow]
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, suppress_health_check=_PATIENT)
settings.register_profile("dev", deadline=None, suppress_health_check=_PATIENT)


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if in_ci() else "dev"))


def _shared_folder() -> Path | None:
    given = os.environ.get("HUB_TEST_SHARED_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def _browser() -> str | None:
    given = os.environ.get("HUB_TEST_CHROMIUM")
    return given or next(filter(None, map(shutil.which, BROWSERS)), None)


NEEDS = {
    "shared": (_shared_folder, "the real data set (HUB_TEST_SHARED_DATA, else ../shared/data)"),
    "chromium": (_browser, "a Chromium (HUB_TEST_CHROMIUM, else on the PATH)"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (found, what) in NEEDS.items():
        if item.get_closest_marker(marker) is None or found() is not None:
            continue
        if in_ci():
            pytest.fail(f"needs {what}, which CI must provide", pytrace=False)
        pytest.skip(f"{NOT_RUN}needs {what}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names every test that could not run here; also with xdist, where the reports come from the workers."""
    missed = [report for report in terminalreporter.getreports("skipped") if NOT_RUN in str(report.longrepr)]
    if missed:
        terminalreporter.section("not run on this machine")
    for report in missed:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.line(f"{NOT_RUN}{report.nodeid} ({reason.split(NOT_RUN)[-1]})")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data set; a test that uses it is marked `shared`."""
    folder = _shared_folder()
    if folder is None:
        pytest.fail("a test that uses shared_data must be marked `shared`", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; a test that uses it is marked `chromium`."""
    browser = _browser()
    if browser is None:
        pytest.fail("a test that uses chromium must be marked `chromium`", pytrace=False)
    return browser
