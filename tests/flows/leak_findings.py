"""What a hub with hidden content answers against its twin without: every difference, every trace is a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.flows.leak_documents import Coverage
from tests.flows.leak_doors import Answer, Doors
from tests.flows.leak_marks import said, texts_of, title, traces
from tests.flows.leak_questions import Question
from tests.flows.leak_world import ANSWERED_BY_ADDRESS, LABELLED, ONCE_SHOWN, Plan, Planted

OWN = ("editorial", "viewer")
PASSING = frozenset(("x-request-id", "etag", "content-length"))
"""Headers that follow from the body or the request."""


@dataclass
class Walker:
    """Asks the hub as one actor and its twin as the same; `expected` keeps the twin's answers for the next actor.

    Actors who may see the same are answered the same, but for `viewer` and the editorial root.
    """

    plan: Plan
    actor: str | None
    full: Doors
    twin: Doors
    coverage: Coverage
    expected: dict[str, Any] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    @property
    def allowed(self) -> frozenset[int]:
        seen = self.plan.of(LABELLED) if self.actor == "labelled" else ()
        return frozenset(one.number for one in seen)

    @property
    def key(self) -> str | None:
        return self.plan.keys[self.actor] if self.actor else None

    async def ask(self, questions: Iterable[Question]) -> None:
        for one in questions:
            await self._compare(one)

    async def _compare(self, question: Question) -> None:
        there = await self.full.ask(question.document, key=self.key)
        self._check(question, there)
        self.coverage.add(there.json["data"])
        shown = self._stripped(there)
        for path, text in differences(shown, await self._expected(question)):
            self._note(question, f"differs from the hub without hidden content at {path}: {text}")
        if found := self.traces_in("\n".join(texts_of(shown))):
            self._note(question, f"shows {sorted(found)}")

    async def _expected(self, question: Question) -> Any:
        """What the twin says."""
        is_own = question.name.startswith(OWN)
        name = f"{self.actor}: {question.name}" if is_own else question.name
        if name not in self.expected:
            twin = await self.twin.ask(question.document, key=self.key)
            self._check(question, twin)
            self.expected[name] = self._stripped(twin)
        return self.expected[name]

    def _check(self, question: Question, answer: Answer) -> None:
        """A fault would hide what was asked: the question itself must be answered."""
        assert answer.status == 200, f"{question.name}: {answer.status} {answer.text[:500]}"
        faults = [error for error in answer.json.get("errors", ()) if error["extensions"]["code"] == "internal_error"]
        assert faults == [], f"{question.name}: {faults}"

    def _note(self, question: Question, text: str) -> None:
        self.findings.append(f"{self.actor or 'anonymous'}: {question.name}: {text}")

    def traces_in(self, text: str) -> set[str]:
        found = traces(text)
        if not self.allowed:
            return found
        return {one for one in found if one.startswith("tell") and int(one[4:7]) not in self.allowed}

    def _stripped(self, answer: Answer) -> Any:
        """Headers, data and errors without what may differ, and without what addresses of hidden items may say."""
        headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
        body = answer.json
        for error in body.get("errors", ()):
            error["extensions"].pop("requestId")
        return {"headers": headers, **{name: self._said(value) for name, value in body.items()}}

    def _said(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._said(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.get("__typename") == "ChangeFeed":
            value = feed_without(value, self.plan)
        if value.get("__typename") == "SearchConnection":
            value = in_any_order(value)
        if (hidden := self.plan.by_id.get(_id_of(value))) and value == may_say(hidden, value):
            return None
        return {name: None if name == "score" else self._said(one) for name, one in value.items()}


def _id_of(value: dict[str, Any]) -> str:
    return str(value.get("id") or value.get(f"{value.get('__typename')}__id"))


def may_say(one: Planted, value: dict[str, Any]) -> dict[str, Any] | None:
    """All that the address of a withdrawn, gone or redirected item may say, in the shape it was asked in."""
    if one.state not in ANSWERED_BY_ADDRESS:
        return None
    told = {"id": one.item_id, "kind": one.kind.name, "state": "GONE" if one.state == "gone" else "WITHDRAWN"}
    way = "target" if one.state == "redirected" else "alternative"
    url = f"https://{said(one.number, way).replace(' ', '.')}.example/"
    if one.state == "redirected":
        known = {"__typename": "Redirect", "id": one.item_id, "targetUrl": url, "target": None}
    else:
        gone = one.state == "gone"
        known = {
            "__typename": "Unpublished", **told, "title": "" if gone else title(one.number),
            "explanation": said(one.number, "explanation"), "alternativeUrl": None if gone else url,
            "at": next((at for name, at in value.items() if name.endswith("at")), None), "alternative": None,
        }  # fmt: skip
    return {name: known.get(name.rpartition("__")[2] or name, known.get(name)) for name in value}


TOMBSTONE = {"__typename", "position", "verb", "at", "kind", "itemId", "version", "content", "tombstone"}


def feed_without(feed: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """The feed without tombstones of what was shown once, and without its place in the log."""
    once = {one.item_id for one in plan.hidden if one.state in ONCE_SHOWN}
    kept = [entry for entry in feed["entries"] if not is_tombstone(entry, once)]
    return {**feed, "entries": kept, "cursor": None, "hasMore": None}


def is_tombstone(entry: dict[str, Any], ids: set[str]) -> bool:
    """Whether it says id and version of one of these, and nothing else."""
    if entry["itemId"] not in ids or entry["content"] is not None or set(entry) != TOMBSTONE:
        return False
    stone = {"__typename": "Tombstone", "id": entry["itemId"], "version": entry["version"]}
    return bool(entry["tombstone"] == {name: stone[name] for name in entry["tombstone"]})


def in_any_order(found: dict[str, Any]) -> dict[str, Any]:
    """A search by relevance, its hits in order of their ids; one by date as it is.

    A score weighs how often a word occurs, also in content under embargo: that is in the index to be found on the
    second. So the order may differ from the twin's, and only what is found is compared.
    """
    if not any(edge["score"] for edge in found["edges"]):
        return found
    edges = sorted(({**edge, "cursor": None} for edge in found["edges"]), key=lambda edge: str(edge["node"]["id"]))
    return {**found, "edges": edges, "nodes": sorted(found["nodes"], key=lambda node: str(node["id"]))}


def differences(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two JSON values differ, and how; at most a few lines each."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from differences(one[name], other[name], f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{place}]")
    elif one != other:
        yield path, f"{str(one)[:200]} instead of {str(other)[:200]}"
