"""The shared world of the tests below."""

from tests.world import world, world_template

__all__ = ["world", "world_template"]
