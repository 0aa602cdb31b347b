"""`python -m schema` prints the contract; `python -m schema --write` writes it to schema/schema.graphql."""

from __future__ import annotations

import sys
from pathlib import Path

SDL = Path(__file__).with_name("schema.graphql")


def sdl() -> str:
    from schema.api import api

    return api.as_str() + "\n"


def main() -> None:
    if "--write" in sys.argv[1:]:
        SDL.write_text(sdl())
    else:
        sys.stdout.write(sdl())


if __name__ == "__main__":
    main()
