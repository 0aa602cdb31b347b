"""What an item is listed, searched and filtered under: computed once, used by listings, change rows and documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hub.content.drafting import EditionContent
from hub.vocabulary.clock import Instant, instant_of_day, local, local_day
from hub.vocabulary.details import DetailValue
from hub.vocabulary.enums import Kind, Validity

UNDATED = instant_of_day(date(1, 1, 2))
"""Sort instant of content without any date: after everything that has one."""
ONE_DAY = timedelta(days=1)
Ancestry = Mapping[str, tuple[str, frozenset[str]]]
"""Section id → (site id, the section and its ancestors)."""


def sort_instant(content: EditionContent) -> Instant:
    """The shown publication, else the day it was made, else `UNDATED`; never null."""
    if content.published_at is not None:
        return content.published_at
    return instant_of_day(date.fromisoformat(content.made_on)) if content.made_on else UNDATED


def validity_of(details: Mapping[str, DetailValue], today: date) -> Validity:
    """From repeal and dates, else as stated (domain §7). A day named as the last one still counts."""
    day = today.isoformat()
    repealed = str(details.get("repealed_on") or "")
    if repealed and repealed <= day:
        return Validity.REPEALED
    stated = details.get("validity")
    if stated == Validity.REPEALED:
        return Validity.REPEALED
    expires = str(details.get("expires_on") or "")
    if expires and expires < day:
        return Validity.EXPIRED
    effective = str(details.get("effective_on") or "")
    if effective and effective > day:
        return Validity.NOT_YET
    return Validity(str(stated)) if stated and stated != Validity.NOT_YET else Validity.IN_FORCE


def validity_turns(details: Mapping[str, DetailValue], today: date) -> list[date]:
    """Later days on which the validity becomes another."""
    day = today.isoformat()
    turns = {str(details.get(name) or "") for name in ("repealed_on", "effective_on")}
    days = {date.fromisoformat(turn) for turn in turns if turn > day}
    expires = str(details.get("expires_on") or "")
    if expires >= day:
        days.add(date.fromisoformat(expires) + ONE_DAY)
    return sorted(one for one in days if validity_of(details, one) is not validity_of(details, one - ONE_DAY))


def sets_of(
    kind: Kind, unit_id: str, content: EditionContent, ancestry: Ancestry, now: Instant
) -> dict[str, frozenset[str]]:
    """The set fields of `hub.vocabulary.expression` for one edition, as of `now`."""
    details = content.details
    placed = [ancestry[section] for section in content.sections if section in ancestry]
    sort_at = sort_instant(content)
    sets: dict[str, frozenset[str]] = {
        "audience": frozenset(content.audience),
        "site": frozenset(site for site, _ in placed),
        "section": frozenset().union(*(line for _, line in placed)),
        "unit": frozenset((unit_id,)),
        "genre": _some(details.get("genre")),
        "region": _some(details.get("region")),
        "topic": _some(details.get("topic")),
        "keyword": frozenset(content.keywords) | _some(details.get("key_words")),
        "theme": _some(details.get("themes")),
        "object": _some(details.get("objects")),
        "doc_no": _some(details.get("doc_no_key")),
        "language": frozenset((content.language,)),
        "year": frozenset() if sort_at <= UNDATED else frozenset((str(local(sort_at).year),)),
        "validity": frozenset(),
    }
    if kind is Kind.POLICY_DOCUMENT:
        sets["validity"] = frozenset((validity_of(details, local_day(now)).value,))
    return sets


def _some(value: DetailValue | None) -> frozenset[str]:
    if value is None or value == "":
        return frozenset()
    return frozenset(value) if isinstance(value, list) else frozenset((str(value),))
