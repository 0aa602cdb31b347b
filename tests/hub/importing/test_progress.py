from __future__ import annotations

import io

from hub.importing.progress import ProgressLines, showing_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_a_line_comes_now_and_then() -> None:
    out, seconds = io.StringIO(), iter([0.0, 5.0, 10.0, 12.0, 20.0])
    positions = iter([250, 500])
    progress = ProgressLines("laws", 1000, lambda: next(positions), out, lambda: next(seconds))

    for _ in range(4):
        progress.advance(100)

    assert out.getvalue() == (
        "laws: 25%, 200 rows, 20 rows/s, about 30 s left\nlaws: 50%, 400 rows, 20 rows/s, about 20 s left\n"
    )


def test_quick_import_off_a_terminal_says_nothing() -> None:
    out = io.StringIO()

    with showing_progress("laws", 1000, lambda: 1000, out) as progress:
        progress.advance(100)

    assert out.getvalue() == ""


def test_terminal_gets_a_bar_with_rows_and_rate() -> None:
    out = Terminal()

    with showing_progress("laws", 1000, lambda: 1000, out) as progress:
        progress.advance(2583)

    assert "2583 rows" in out.getvalue()
    assert "100%" in out.getvalue()
