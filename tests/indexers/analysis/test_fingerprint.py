from __future__ import annotations

import re

from indexers.analysis.fingerprint import fingerprint


def test_fingerprint_is_stable_and_short() -> None:
    assert fingerprint() == fingerprint()
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint())
