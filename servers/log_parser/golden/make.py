#!/usr/bin/env python3
"""Makes the right answers of server.toml, from the data set and from nothing of ours.

    cargo run -p dataset -- generate DIR
    python3 -m pip install blake3
    python3 golden/make.py DIR            # compares each expected answer, and the planted truth, with what is computed here
    python3 golden/make.py DIR --write    # writes the digests into server.toml

The rules are those of the Python server that log_parser replaces, said in README.md with the faults that are not copied; the expressions are this file's own.
Calls that are expected to fail are not computed: their refusals are ours.
"""

import collections
import json
import pathlib
import re
import sys
import tomllib

import blake3

HERE = pathlib.Path(__file__).resolve().parent
SERVER = HERE.parent / "server.toml"

# One request, quoted: method, path, and a protocol that is not kept.
REQUEST = r'"(?P<method>\S+) (?P<path>\S+) \S+"'
CLIENT = r"(?P<ip>\S+) {ident} \S+ \[(?P<time>[^]]+)] "
QUOTED = r' "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
STAMP = r"(?:[A-Za-z]{3} ){2} ?\d+ \d\d:\d\d:\d\d"

FORMATS = {
    "apache_combined": [CLIENT.format(ident=r"\S+") + REQUEST + r" (?P<status>[0-9]+) (?P<size>\S+)" + QUOTED],
    "apache_common": [CLIENT.format(ident=r"\S+") + REQUEST + r" (?P<status>[0-9]+) (?P<size>\S+)"],
    "nginx": [CLIENT.format(ident="-") + REQUEST + r" (?P<status>[0-9]+) (?P<size>[0-9]+)" + QUOTED],
    "syslog": [
        r"(?P<time>\w\w\w\s+[0-9]+\s+[0-9]+:[0-9]+:[0-9]+)\s+(?P<host>\S+)\s+"
        r"(?P<process>\S+?)(?:\[(?P<pid>[0-9]+)])?:\s+(?P<message>.*)"
    ],
    "python": [
        r"(?P<time>[0-9]{4}(?:-[0-9]{2}){2}\s+[0-9]{2}(?::[0-9]{2}){2},[0-9]{3})"
        r"\s+-\s+(?P<logger>\S+)\s+-\s+(?P<level>\S+)\s+-\s+(?P<message>.*)"
    ],
    "apache_error": [
        rf"\[(?P<time>{STAMP} \d{{4}})] \[(?P<level>[a-zA-Z0-9]+)](?: \[pid (?P<pid>[^]:]*)](?!\S))?"
        r"(?: \[client (?P<client>[^]]*)](?!\S))?(?! \[pid [^]:]*:tid [^]]*](?!\S))(?:\s+(?P<message>.*))?$",
        rf"\[(?P<time>{STAMP}(?:\.\d+)? \d{{4}})] \[(?:(?P<module>[^]:]*):)?(?P<level>[a-zA-Z0-9]+)]"
        r"(?: \[pid (?P<pid>[^]:]*)(?::tid (?P<tid>[^]]*))?])?(?: \[client (?P<client>[^]]*)])?(?:\s+(?P<message>.*))?$",
    ],
}
FORMATS = {name: [re.compile(each) for each in expressions] for name, expressions in FORMATS.items()}

RANKS = {
    "debug": 0, "info": 1, "notice": 2, "warning": 3, "warn": 3, "error": 4,
    "err": 4, "critical": 5, "crit": 5, "alert": 6, "emergency": 7, "emerg": 7,
}  # fmt: skip


def as_object(line):
    """The line as a JSON object, or None."""
    try:
        value = json.loads(line, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def fields(line, name):
    """The fields of a line in a text format, or None."""
    for expression in FORMATS.get(name, []):
        if found := expression.match(line):
            return found.groupdict()
    return None


def detect(lines):
    """The format of the first of ten lines that is in any."""
    sample = [line.strip() for line in lines[:10]]
    for line in filter(None, sample):
        if as_object(line) is not None:
            return "json"
        for name in FORMATS:
            if fields(line, name) is None:
                continue
            if name == "apache_combined":
                # Lines of nginx are combined ones too: it takes one that Apache cannot write, and none that nginx cannot.
                combined = [each for each in sample if fields(each, name)]
                nginx = [FORMATS["nginx"][0].match(each) for each in combined]
                if all(nginx) and any(
                    each["size"] == "0" or each.string[each.end() :].startswith(' "') or "\\x22" in each.string
                    for each in nginx
                ):
                    return "nginx"
            return name
    return "unknown"


def level_of(entry):
    """The level that an entry states or implies."""
    for name in ("level", "severity", "loglevel", "log_level"):
        if name in entry:
            return str(entry[name]).lower()
    if "status" in entry:
        status = int(entry["status"])
        return "error" if status >= 500 else "warning" if status >= 400 else "info"
    message = entry.get("message", entry.get("raw", "")).lower()
    words = ("error", "warning", "warn", "critical", "crit", "debug", "info")
    return next((word for word in words if word in message), "info")


def parse_logs(log_content, format_type="auto", max_entries=1000):
    lines = log_content.split("\n")
    name = detect(lines) if format_type == "auto" else format_type
    entries, errors = [], 0
    for line in filter(None, (line.strip() for line in lines[:max_entries])):
        entry = as_object(line) if name == "json" else fields(line, name) or {"raw": line, "parsed": False}
        if entry:
            if name == "apache_error" and entry.get("message", "") is None:
                entry["message"] = ""
            entries.append({**entry, "_level": level_of(entry)})
        else:
            errors += 1
    return {
        "format_detected": name,
        "total_lines": len(lines),
        "parsed_count": len(entries),
        "error_count": errors,
        "entries": entries,
    }


def filter_entries(entries, min_level="warning", include_levels=None):
    if include_levels:
        wanted = {level.lower() for level in include_levels}
        kept = [entry for entry in entries if entry.get("_level", "info") in wanted]
    else:
        kept = [entry for entry in entries if RANKS.get(entry.get("_level", "info"), 1) >= RANKS[min_level]]
    by_level = collections.Counter(entry.get("_level", "unknown") for entry in kept)
    return {
        "original_count": len(entries),
        "filtered_count": len(kept),
        "levels_included": list(by_level),
        "by_level": dict(by_level),
        "entries": kept,
    }


def compute_log_statistics(entries):
    answer = {
        "entry_count": len(entries),
        "by_level": dict(collections.Counter(entry.get("_level", "unknown") for entry in entries)),
    }
    if entries:
        for key, field in (("by_status", "status"), ("top_ips", "ip"), ("top_paths", "path")):
            counts = collections.Counter(entry[field] for entry in entries if field in entry)
            answer[key] = dict(counts.most_common(10)) or None
    return answer


def search_entries(entries, pattern, fields=None, case_sensitive=False):
    fields = ["message", "raw"] if fields is None else fields
    expression = re.compile(pattern, 0 if case_sensitive else re.IGNORECASE)
    matches = []
    for entry in entries:
        for field in fields:
            text = entry.get(field)
            if text and expression.search(str(text)):
                matches.append({"entry": entry, "matched_field": field, "matched_text": str(text)[:200]})
                break
    return {
        "search_pattern": pattern,
        "fields_searched": fields,
        "total_entries": len(entries),
        "match_count": len(matches),
        "matches": matches[:100],
    }


def extract_time_range(entries):
    times = [str(time) for entry in entries if (time := entry.get("time", entry.get("timestamp")))]
    if not times:
        return {"has_timestamps": False, "entry_count": len(entries)}
    return {
        "has_timestamps": True,
        "entry_count": len(entries),
        "first_timestamp": times[0],
        "last_timestamp": times[-1],
        "sample_timestamps": times[:5],
    }


TOOLS = [parse_logs, filter_entries, compute_log_statistics, search_entries, extract_time_range]
TOOLS = {tool.__name__: tool for tool in TOOLS}


def digest(text):
    return "blake3:" + blake3.blake3(text.encode()).hexdigest()


def resolve(value, data):
    """Arguments with {"$file": path} and {"$json": path} replaced by what is there."""
    if isinstance(value, dict):
        if "$file" in value:
            return (data / value["$file"]).read_bytes().decode()
        if "$json" in value:
            return json.loads((data / value["$json"]).read_bytes())
        return {key: resolve(each, data) for key, each in value.items()}
    return [resolve(each, data) for each in value] if isinstance(value, list) else value


def is_subset(part, whole):
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and is_subset(part[key], whole[key]) for key in part)
    return part == whole


def planted(data):
    """Holds the rules above against what the generator planted."""
    for log, truth in [
        ("apache_combined_2000", "combined_2000"), ("apache_error_2000", "error_2000"), ("nginx_200", "nginx_200"),
        ("python_2000", "python_2000"), ("syslog_200", "syslog_200"),
    ]:  # fmt: skip
        entries = parse_logs((data / f"logs/{log}.log").read_text(), max_entries=2000)["entries"]
        truths = json.loads((data / f"logs/{truth}.truth.json").read_text())
        assert len(entries) == len(truths), log
        for entry, true in zip(entries, truths):
            extra = {"protocol", "ident", "user"}
            assert {k: v for k, v in entry.items() if v is not None and k != "_level"} == {
                k: v for k, v in true.items() if k not in extra
            }, (entry, true)


def main():
    data = pathlib.Path(sys.argv[1])
    planted(data)
    source = SERVER.read_text()
    wrong = 0
    for call in tomllib.loads(source)["call"]:
        expect = call["expect"]
        if expect.get("error"):
            continue
        answer = TOOLS[call["tool"]](**resolve(call["arguments"], data))
        canonical = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        # As FastMCP writes the text block of a dict.
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        digests = {"structured": digest(canonical), "text": digest(text)}
        for part, rule in expect.items():
            if "digest" in rule:
                right = rule["digest"] == digests[part]
                start = source.index(f'id = "{call["id"]}"')
                at = source.index(rule["digest"], source.index(f"\n{part} = ", start))
                source = source[:at] + digests[part] + source[at + len(rule["digest"]) :]
            elif "equal" in rule:
                right = rule["equal"] == (answer if part == "structured" else text)
            else:
                right = is_subset(rule["subset"], answer)
            wrong += not right
            print(f"{call['id']:40} {part:10} {'right' if right else 'WRONG'}")
            if not right and "digest" not in rule:
                print(canonical[:2000])
    if "--write" in sys.argv:
        SERVER.write_text(source)
    elif wrong:
        sys.exit(f"{wrong} expected answers differ. Read what changed, then run again with --write.")


if __name__ == "__main__":
    main()
