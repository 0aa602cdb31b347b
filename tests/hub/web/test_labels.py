from __future__ import annotations

from hub.search import FACETS
from hub.vocabulary.enums import Kind, LinkType
from hub.web.labels import FACET_LABELS, KIND_HINTS, LINK_LABELS


def test_every_link_has_a_name_from_both_ends() -> None:
    assert set(LINK_LABELS) == {(type_, is_reverse) for type_ in LinkType for is_reverse in (False, True)}


def test_every_facet_and_kind_has_a_name() -> None:
    assert set(FACET_LABELS) == set(FACETS)
    assert set(KIND_HINTS) == set(Kind)
