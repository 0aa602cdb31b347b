"""Builds the shipped sample: the fictitious city 云澜市 carrying real official texts.

Run `python storage/seeds/build_sample.py ../shared/data` from the repository root. The hub itself needs only the files
written here: `01-nodes.jsonl.zst`, `02-laws.jsonl.zst`, `03-services.jsonl.zst`, `04-local.jsonl.zst`, in the native
exchange format (design §7). What is ours stands in `sources/`; the same inputs give the same bytes.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import zstandard

Row = dict[str, Any]

SEEDS = Path(__file__).parent
SOURCES = SEEDS / "sources"
LONGEST_LAW = 20_000
"""Characters; the sample should import within seconds."""
SERVICE_COUNT = 60
REPORT_YEARS = (2000, 2002)
"""The two shortest of the last thirty years."""
MULTI_VERSION_VALIDITY = "amended"
LOCAL = "yunlan"
LAW_SECTIONS = {
    "law": "zwgk/fgwj/fl",
    "administrative_regulation": "zwgk/fgwj/xzfg",
    "judicial_interpretation": "zwgk/fgwj/sfjs",
    "departmental_rule": "zwgk/fgwj/bmgz",
    "local_regulation": "zwgk/fgwj/dfxfg",
}

LAW_LABELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "judicial_interpretation": "司法解释",
    "departmental_rule": "部门规章",
    "local_regulation": "地方性法规",
}
TASK_TYPES = {
    "行政许可": "licence",
    "行政给付": "grant",
    "行政确认": "confirmation",
    "行政奖励": "reward",
    "行政裁决": "ruling",
    "其他行政权力": "other_power",
    "公共服务": "public_service",
}
LIMIT_UNITS = {"工作日": "working_day", "自然日": "calendar_day", "小时": "hour", "月": "month"}
OWN_KEYS = ("summary", "made_on", "published_at", "embargo_at", "expires_at", "publicity", "keywords", "author", "file")


def main(data: Path) -> None:
    nodes = read_toml("nodes.toml")
    laws = read_jsonl(data / "documents/laws.jsonl.zst")
    relations = read_jsonl(data / "documents/relations.jsonl.zst")
    services = choose_services(read_jsonl(data / "services/items.jsonl.zst"))
    reports = [r for r in read_jsonl(data / "documents/work_reports.jsonl.zst") if r["year"] in REPORT_YEARS]
    chosen = choose_laws(laws)
    codes = publisher_codes(services)
    publishers = {first_issuer(law["publisher"]) for law, _ in chosen} | {r["publisher"] for r in reports}
    names = [name for name in codes if name in publishers or any(name == s["department"] for s in services)]
    write("01-nodes", node_rows(nodes, {name: codes[name] for name in names}))
    write("02-laws", [*law_rows(chosen, relations, codes), *report_rows(reports, codes)])
    write("03-services", (service_row(service, codes) for service in services))
    write("04-local", local_rows(latest_by_title(chosen), unified_codes(nodes["unit"]), names_of(nodes["unit"])))


def read_toml(name: str) -> Row:
    return tomllib.loads((SOURCES / name).read_text(encoding="utf-8"))


def read_jsonl(path: Path) -> list[Row]:
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def write(name: str, rows: Iterable[Row]) -> None:
    text = "".join(json.dumps(without_empty(row), ensure_ascii=False) + "\n" for row in rows)
    packed = zstandard.ZstdCompressor(level=19).compress(text.encode())
    (SEEDS / f"{name}.jsonl.zst").write_bytes(packed)
    print(f"{name}: {text.count(chr(10))} rows, {len(packed):,} bytes")


def without_empty(row: Row) -> Row:
    return {key: value for key, value in row.items() if value not in (None, "", [], {})}


# Sites, units, sections


def node_rows(nodes: Row, publishers: dict[str, str]) -> Iterator[Row]:
    regions = {unit["code"]: unit for unit in nodes["unit"] if "region" in unit}
    codes = unified_codes(nodes["unit"])
    for unit in nodes["unit"]:
        home = regions.get(unit["code"]) or regions[unit["parent"]]
        place = {"region": home["region"], "region_code": home["region_code"]}
        yield {"kind": "unit", **unit, **place, "unified_code": codes[unit["code"]]}
    for name, code in publishers.items():
        yield {"kind": "unit", "code": code, "name": name, "unit_type": "external"}
    for site in nodes["site"]:
        yield {"kind": "site", **{key: value for key, value in site.items() if key != "tree"}}
    for site in nodes["site"]:
        yield from section_rows(site, nodes["tree"][site["tree"]])


def section_rows(site: Row, tree: list[list[Any]]) -> Iterator[Row]:
    for order, (path, name, kind, cycle, description, *view) in enumerate(tree, 1):
        parent, _, code = path.rpartition("/")
        yield {
            "kind": "section",
            "site": site["code"],
            "code": code,
            "name": name,
            "parent": parent,
            "section_kind": kind,
            "column_type": name,
            "description": f"{site['name']}{name}：{description}",
            "keywords": [name],
            "update_cycle_days": cycle or None,
            "order": order,
            "view": view[0] if view else None,
        }


def names_of(units: list[Row]) -> dict[str, str]:
    return {unit["code"]: unit["name"] for unit in units}


def unified_codes(units: list[Row]) -> dict[str, str]:
    """GB 32100 codes of the fictitious units; the region 9901.. keeps them apart from every real one."""
    return {unit["code"]: unified_code(serial) for serial, unit in enumerate(units, 1)}


def unified_code(serial: int) -> str:
    organisation = f"YL{serial:06d}"
    body = "11990100" + organisation + organisation_check(organisation)
    total = sum("0123456789ABCDEFGHJKLMNPQRTUWXY".index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + "0123456789ABCDEFGHJKLMNPQRTUWXY"[-total % 31]


def organisation_check(organisation: str) -> str:
    """The ninth character of an organisation code (GB 11714)."""
    total = sum(int(c, 36) * weight for c, weight in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[-total % 11]


def publisher_codes(services: list[Row]) -> dict[str, str]:
    codes: dict[str, str] = dict(read_toml("publishers.toml"))
    for service in services:
        codes.setdefault(service["department"], f"org-{service['org_code'].lower()}")
    return codes


# Laws


def choose_laws(laws: list[Row]) -> list[tuple[Row, str]]:
    """Every version of the listed titles with its topic, in the order of the list, oldest version first."""
    by_title = defaultdict(list)
    for law in laws:
        by_title[law["title"]].append(law)
    chosen = []
    for topic, titles in read_toml("laws.toml").items():
        for title in titles:
            versions = [law for law in by_title[title] if len(law["body"]) <= LONGEST_LAW]
            if not versions:
                raise SystemExit(f"no text of at most {LONGEST_LAW} characters: {title}")
            chosen += [(law, topic) for law in sorted(versions, key=lambda law: law.get("date", ""))]
    return chosen


def latest_by_title(chosen: list[tuple[Row, str]]) -> dict[str, str]:
    return {law["title"]: law["id"] for law, _ in chosen}


def law_rows(chosen: list[tuple[Row, str]], relations: list[Row], codes: dict[str, str]) -> Iterator[Row]:
    sources = {law["id"]: law["source"] for law, _ in chosen}
    links = defaultdict(list)
    for relation in relations:
        if relation["a"] in sources and relation["b"] in sources:
            links[relation["a"]].append(link(relation["rel"], sources[relation["b"]], relation["b"]))
    older: dict[str, str] = {}
    latest = latest_by_title(chosen)
    for law, topic in chosen:
        if law["title"] in older:
            previous = older[law["title"]]
            links[law["id"]].append(link("replaces", sources[previous], previous))
        older[law["title"]] = law["id"]
        yield law_row(law, topic, links[law["id"]], codes, is_latest=latest[law["title"]] == law["id"])


def law_row(law: Row, topic: str, links: list[Row], codes: dict[str, str], is_latest: bool) -> Row:
    return {
        **real_row(law, "policy_document", LAW_SECTIONS[law["kind"]], codes),
        "keywords": [LAW_LABELS[law["kind"]]],
        "details": without_empty(law_details(law, topic, is_latest)),
        "links": links,
    }


def law_details(law: Row, topic: str, is_latest: bool) -> Row:
    return {
        "doc_no": law.get("doc_number"),
        "issuer": first_issuer(law["publisher"]),
        "joint_issuers": law["publisher"].split("、")[1:],
        "genre": genre_of(law["title"]),
        "topic": topic,
        "effective_on": effective_on(law),
        "validity": None if is_latest else MULTI_VERSION_VALIDITY,
        "region": law.get("region"),
        "history": law.get("history"),
    }


def genre_of(title: str) -> str:
    endings = {"决定": "decision", "批复": "reply", "决议": "resolution"}
    return next((genre for ending, genre in endings.items() if title.endswith(ending)), "other")


def first_issuer(publisher: str) -> str:
    """A text of two issuers (最高人民法院、最高人民检察院) belongs to the first; one body has two names."""
    return publisher.split("、")[0].replace("上海人民代表大会", "上海市人民代表大会")


def effective_on(law: Row) -> str | None:
    """The last day the printed history calls 施行, else the day the text's own last article names."""
    printed = re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日 施行", "\n".join(law.get("history", [])))
    named = re.findall(r"本(?:法|条例|规定|办法|细则|解释)自(\d{4})年(\d{1,2})月(\d{1,2})日起施行", law["body"])
    days = [f"{year}-{int(month):02d}-{int(day):02d}" for year, month, day in printed or named[-1:]]
    return max(days, default=None)


def real_row(row: Row, kind: str, section: str, codes: dict[str, str]) -> Row:
    """What every real text has in common: its own words, its own publisher, our shelf."""
    return {
        "kind": kind,
        "source": row["source"],
        "source_id": row["id"],
        "state": "live",
        "site": LOCAL,
        "unit": codes[first_issuer(row["publisher"])],
        "sections": [section],
        "title": row["title"],
        "body": row["body"],
        "body_format": "markdown",
        "origin": row["publisher"],
        "language": "zh-Hans",
        "made_on": row.get("date"),
        "published_at": row.get("date"),
    }


def report_rows(reports: list[Row], codes: dict[str, str]) -> Iterator[Row]:
    for report in reports:
        yield {
            **real_row(report, "article", "zwgk/gzbg", codes),
            "body_format": "text",
            "url": report.get("url"),
            "keywords": [f"{report['year']}年", "政府工作报告"],
            "details": {"genre": "report", "topic": "综合政务"},
        }


def link(link_type: str, source: str, source_id: str) -> Row:
    return {"type": link_type, "source": source, "source_id": source_id}


# Service items

COMPLETE = ("materials", "acceptance", "location", "consult_phone", "complaint_phone", "promised_limit", "legal_limit")


def choose_services(items: list[Row]) -> list[Row]:
    """One item of each department after another, complete ones of an everyday theme first, until there are enough."""
    by_department = defaultdict(list)
    everyday_first = sorted(items, key=lambda item: item.get("themes") == ["其他"])
    for item in everyday_first:
        if is_presentable(item):
            by_department[item["department"]].append(item)
    chosen: list[Row] = []
    turn = 0
    while len(chosen) < SERVICE_COUNT:
        ranks = [queue[turn] for queue in by_department.values() if turn < len(queue)]
        chosen += ranks[: SERVICE_COUNT - len(chosen)]
        turn += 1
    return chosen


def is_presentable(item: Row) -> bool:
    if not all(item.get(key) for key in COMPLETE) or item["consult_phone"] == item["complaint_phone"]:
        return False
    statutory, promised = limit(item["legal_limit"]), limit(item["promised_limit"])
    fits = statutory[1] == promised[1] and (promised[0] or 0) <= (statutory[0] or 0)
    return fits and len(item["acceptance"]) <= 900 and item["name"] != "测试"


def limit(text: str) -> tuple[int | None, str | None]:
    """`7(工作日)` → (7, "working_day")."""
    found = re.fullmatch(r"(\d+)\((.+)\)", text)
    return (int(found[1]), LIMIT_UNITS[found[2]]) if found else (None, None)


def service_row(item: Row, codes: dict[str, str]) -> Row:
    people = {"自然人"} & set(item.get("objects", []))
    firms = set(item.get("objects", [])) - {"自然人"}
    sections = [path for path, wanted in (("bsfw/grbs", people), ("bsfw/frbs", firms)) if wanted]
    return {
        "kind": "service_item",
        "source": "Clarence-Kong/QABasedOnPolicyKnowledgeGraph",
        "source_id": item["id"],
        "state": "live",
        "site": LOCAL,
        "unit": codes[item["department"]],
        "sections": sections or ["bsfw"],
        "title": item["name"],
        "body": service_body(item),
        "body_format": "text",
        "keywords": [item["short"]] if item.get("short") else [],
        "origin": item["department"],
        "language": "zh-Hans",
        "details": without_empty(service_details(item)),
    }


def service_body(item: Row) -> str:
    """What has no field of its own."""
    lines = {"受理平台": item.get("platform"), "联办机构": item.get("co_departments")}
    return "\n".join(f"{label}：{value}" for label, value in lines.items() if value)


def service_details(item: Row) -> Row:
    statutory, promised = limit(item["legal_limit"]), limit(item["promised_limit"])
    return {
        "code": item["code"],
        "task_code": item["code"][:31],
        "catalog_code": item.get("catalogue_id"),
        "task_type": TASK_TYPES[item["type"]],
        "department": item["department"],
        "conditions": item["acceptance"],
        "materials": item["materials"],
        "address": item["location"].removeprefix("办理地点："),
        "consult_phone": item["consult_phone"],
        "complaint_phone": item["complaint_phone"],
        "statutory_limit": statutory[0],
        "statutory_limit_unit": statutory[1],
        "promised_limit": promised[0],
        "promised_limit_unit": promised[1],
        "visits": int(item["visits"]) if item.get("visits", "").isdigit() else None,
        "online": {"1": True, "0": False}.get(item.get("online_check", "")),
        "by_post": {"是": True, "否": False, "不支持": False}.get(item.get("courier", "")),
        "themes": item.get("themes"),
        "objects": item.get("objects"),
        "region": item.get("area"),
        "everyday_name": item.get("everyday_name"),
        "url": item.get("url"),
        "level": item.get("level"),
        "parent_name": item.get("parent_name"),
    }


# The city's own texts


def local_rows(law_ids: dict[str, str], unified: dict[str, str], names: dict[str, str]) -> Iterator[Row]:
    serials: dict[str, int] = defaultdict(int)
    for path in sorted(SOURCES.glob("[0-9]*.md")):
        for entry, body in entries(path):
            row = local_row(entry, body, law_ids, names)
            identify(row, unified[entry["unit"]], serials)
            yield row


def entries(path: Path) -> Iterator[tuple[Row, str]]:
    """Entries of a source file: TOML between two lines of `+++`, then the body in Markdown."""
    parts = re.split(r"^\+\+\+\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for front, body in zip(parts[1::2], parts[2::2], strict=True):
        yield tomllib.loads(front), body.strip()


def local_row(entry: Row, body: str, law_ids: dict[str, str], names: dict[str, str]) -> Row:
    own = {key: entry[key] for key in OWN_KEYS if key in entry}
    return {
        "kind": entry["kind"],
        "source": LOCAL,
        "source_id": entry["id"],
        "state": entry.get("state", "live"),
        "site": entry.get("site", LOCAL),
        "unit": entry["unit"],
        "sections": entry.get("sections", []),
        "title": entry["title"],
        "body": body,
        "body_format": "markdown" if body else None,
        "origin": names[entry["unit"]],
        "language": entry.get("language", "zh-Hans"),
        **own,
        "details": {**entry["details"], **file_details(entry.get("file"))},
        "links": [local_link(link_type, target, law_ids) for link_type, target in entry.get("links", [])],
    }


def local_link(link_type: str, target: str, law_ids: dict[str, str]) -> Row:
    """`law:TITLE` means the newest version of a law in the sample; anything else is an entry of ours."""
    if target.startswith("law:"):
        return link(link_type, "LawRefBook/Laws", law_ids[target.removeprefix("law:")])
    return link(link_type, LOCAL, target)


def identify(row: Row, unified: str, serials: dict[str, int]) -> None:
    """Index numbers of documents (unit, year, serial) and codes of service items, from the unit's unified code."""
    details = row["details"]
    if row["kind"] == "policy_document":
        head = f"{unified}/{row['made_on'][:4]}"
        serials[head] += 1
        details["index_no"] = f"{head}-{serials[head]:05d}"
    if row["kind"] == "service_item":
        details["code"] = details["task_code"] = f"{unified}3{details['catalog_code']}"


def file_details(file: str | None) -> Row:
    if file is None:
        return {}
    content = (SEEDS / file).read_bytes()
    rights = {"rights_holder": "Content Hub", "licence": "CC0-1.0", "size": len(content)}
    if not content.startswith(b"\x89PNG"):
        return rights
    width, height = struct.unpack(">II", content[16:24])
    return {**rights, "width": width, "height": height}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
