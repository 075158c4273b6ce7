#!/usr/bin/env python3
"""Logs over MCP, in Python: what ours is compared with. The rules are those of servers/log_parser/README.md.

    python3 server.py                          stdio
    python3 server.py --http 127.0.0.1:3000    streamable HTTP at /log_parser/mcp
"""

import json
import re
import sys
from collections import Counter
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from pydantic_core import to_json

server = MCPServer("log_parser", version="1.0.0")
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

# ip ident user [time] "method path protocol" status size "referrer" "agent"
REQUEST = r'(?P<ip>\S+) {ident} \S+ \[(?P<time>[^]]+)] "(?P<method>\S+) (?P<path>\S+) \S+" (?P<status>[0-9]+) (?P<size>{size})'
QUOTED = r' "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
STAMP = r"(?:[A-Za-z]{3} ){2} ?\d+ \d\d:\d\d:\d\d"
COMBINED = re.compile(REQUEST.format(ident=r"\S+", size=r"\S+") + QUOTED)
COMMON = re.compile(REQUEST.format(ident=r"\S+", size=r"\S+"))
NGINX = re.compile(REQUEST.format(ident="-", size="[0-9]+") + QUOTED)
SYSLOG = re.compile(
    r"(?P<time>\w\w\w\s+[0-9]+\s+[0-9]+:[0-9]+:[0-9]+)\s+(?P<host>\S+)\s+(?P<process>\S+?)(?:\[(?P<pid>[0-9]+)])?:\s+(?P<message>.*)"
)
PYTHON = re.compile(
    r"(?P<time>[0-9]{4}(?:-[0-9]{2}){2}\s+[0-9]{2}(?::[0-9]{2}){2},[0-9]{3})\s+-\s+(?P<logger>\S+)\s+-\s+(?P<level>\S+)\s+-\s+(?P<message>.*)"
)
# Apache's error log up to 2.2, and since 2.4.
CLASSIC = re.compile(
    rf"\[(?P<time>{STAMP} \d{{4}})] \[(?P<level>[a-zA-Z0-9]+)](?: \[pid (?P<pid>[^]:]*)](?!\S))?(?: \[client (?P<client>[^]]*)](?!\S))?"
    r"(?! \[pid [^]:]*:tid [^]]*](?!\S))(?:\s+(?P<message>.*))?$"
)
MODULE = re.compile(
    rf"\[(?P<time>{STAMP}(?:\.\d+)? \d{{4}})] \[(?:(?P<module>[^]:]*):)?(?P<level>[a-zA-Z0-9]+)](?: \[pid (?P<pid>[^]:]*)(?::tid (?P<tid>[^]]*))?])?"
    r"(?: \[client (?P<client>[^]]*)])?(?:\s+(?P<message>.*))?$"
)
FORMATS = {
    "apache_combined": [COMBINED],
    "apache_common": [COMMON],
    "nginx": [NGINX],
    "syslog": [SYSLOG],
    "python": [PYTHON],
    "apache_error": [CLASSIC, MODULE],
}
RANKS = {
    "debug": 0, "info": 1, "notice": 2, "warning": 3, "warn": 3, "error": 4,
    "err": 4, "critical": 5, "crit": 5, "alert": 6, "emergency": 7, "emerg": 7,
}  # fmt: skip
WORDS = ("error", "warning", "warn", "critical", "crit", "debug", "info")
Level = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
FormatType = Literal["auto", "apache_combined", "apache_common", "nginx", "syslog", "python", "apache_error", "json"]


def answer(value: dict[str, Any]) -> CallToolResult:
    """A structured answer, and as text the same JSON, compact."""
    return CallToolResult(content=[TextContent(type="text", text=to_json(value).decode())], structured_content=value)


def as_object(line: str) -> dict[str, Any] | None:
    """The line as a JSON object."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def in_format(line: str, name: str) -> re.Match[str] | None:
    """The line in a text format."""
    for expression in FORMATS[name]:
        if found := expression.match(line):
            return found
    return None


def detect(lines: list[str]) -> str:
    """The format of the first of ten lines that is in any."""
    sample = [line.strip() for line in lines[:10]]
    for line in filter(None, sample):
        if as_object(line) is not None:
            return "json"
        for name in FORMATS:
            if in_format(line, name):
                return "nginx" if name == "apache_combined" and is_nginx(sample) else name
    return "unknown"


def is_nginx(sample: list[str]) -> bool:
    """Lines of nginx are combined ones too: it takes one that Apache cannot write, and none that nginx cannot."""
    found = [each for line in sample if (each := COMBINED.match(line))]
    odd = any(each["size"] == "0" or each.string[each.end() :].startswith(' "') or "\\x22" in each.string for each in found)
    return odd and all(NGINX.match(each.string) for each in found)


def level_of(entry: dict[str, Any]) -> str:
    """The level that an entry states or implies."""
    for name in ("level", "severity", "loglevel", "log_level"):
        if name in entry:
            return text_of(entry[name]).lower()
    if "status" in entry and (status := number(entry["status"])) is not None:
        return "error" if status >= 500 else "warning" if status >= 400 else "info"
    message = text_of(entry.get("message", entry.get("raw", ""))).lower()
    return next((word for word in WORDS if word in message), "info")


def number(value: Any) -> int | None:
    """A status as a number, if it is one."""
    try:
        return int(value)
    except (ValueError, TypeError, OverflowError):
        return None


def text_of(value: Any) -> str:
    """A value as text: a text as it is, anything else as its JSON."""
    return value if isinstance(value, str) else to_json(value).decode()


class Levels(dict[str, str]):
    """The level of a status, worked out once for each."""

    def __missing__(self, status: str) -> str:
        level = self[status] = level_of({"status": status})
        if len(self) > 1000:  # digits of a stranger's log
            self.clear()
        return level


LEVELS = Levels()


def accesses(lines: list[str], expression: re.Pattern[str]) -> list[dict[str, Any]]:
    """The entries of an access log, whose level is that of the status."""
    # Steps that the interpreter makes by itself are the faster ones.
    lines = list(filter(None, map(str.strip, lines)))
    found = map(expression.match, lines)
    entries = [each.groupdict() if each else {"raw": line, "parsed": False} for line, each in zip(lines, found)]
    levels = LEVELS
    for entry in entries:
        entry["_level"] = levels[entry["status"]] if "status" in entry else level_of(entry)
    return entries


def parse(log_content: str, format_type: str, max_entries: int) -> dict[str, Any]:
    """Reads the lines of a log into entries."""
    lines = log_content.split("\n")
    total = len(lines)
    name = detect(lines) if format_type == "auto" else format_type
    del lines[max_entries:]
    errors = 0
    if name in ("apache_combined", "apache_common", "nginx"):
        entries = accesses(lines, FORMATS[name][0])
    else:
        entries = []
        for line in filter(None, (line.strip() for line in lines)):
            if name == "json":
                entry = as_object(line)
            elif name != "unknown" and (found := in_format(line, name)):
                entry = found.groupdict()
                if name == "apache_error" and entry["message"] is None:
                    entry["message"] = ""
            else:
                entry = {"raw": line, "parsed": False}
            if entry:
                entry["_level"] = level_of(entry)
                entries.append(entry)
            else:
                errors += 1
    return {"format_detected": name, "total_lines": total, "parsed_count": len(entries), "error_count": errors, "entries": entries}


@server.tool(title="Parse logs", annotations=READ_ONLY)
def parse_logs(log_content: str, format_type: FormatType = "auto", max_entries: Annotated[int, Field(ge=0)] = 1000) -> CallToolResult:
    """Reads the lines of a log into entries, each with its fields and a level."""
    return answer(parse(log_content, format_type, max_entries))


@server.tool(title="Filter entries", annotations=READ_ONLY)
def filter_entries(entries: list[dict[str, Any]], min_level: Level = "warning", include_levels: list[str] | None = None) -> CallToolResult:
    """Keeps the entries of a severity and above, or those of some named levels."""
    if include_levels:
        wanted = {level.lower() for level in include_levels}
        kept = [entry for entry in entries if entry.get("_level", "info") in wanted]
    else:
        least = RANKS[min_level]
        kept = [entry for entry in entries if RANKS.get(entry.get("_level", "info"), 1) >= least]
    by_level = Counter(entry.get("_level", "unknown") for entry in kept)
    found = {"original_count": len(entries), "filtered_count": len(kept), "levels_included": list(by_level)}
    return answer(found | {"by_level": dict(by_level), "entries": kept})


@server.tool(title="Count entries", annotations=READ_ONLY)
def compute_log_statistics(entries: list[dict[str, Any]]) -> CallToolResult:
    """Counts entries by level, HTTP status, address and path."""
    found: dict[str, Any] = {"entry_count": len(entries), "by_level": dict(Counter(entry.get("_level", "unknown") for entry in entries))}
    if entries:
        for key, field in (("by_status", "status"), ("top_ips", "ip"), ("top_paths", "path")):
            counts = Counter(text_of(entry[field]) for entry in entries if field in entry)
            found[key] = dict(counts.most_common(10)) or None
    return answer(found)


@server.tool(title="Search entries", annotations=READ_ONLY)
def search_entries(
    entries: list[dict[str, Any]], pattern: str, fields: list[str] | None = None, case_sensitive: bool = False
) -> CallToolResult:
    """Finds the entries in which a field matches a regular expression."""
    if fields is None:
        fields = ["message", "raw"]
    try:
        search = re.compile(pattern, 0 if case_sensitive else re.IGNORECASE).search
    except re.error as error:
        raise ToolError(f"the pattern cannot be used: {error}") from error
    count, matches = 0, []
    for entry in entries:
        for field in fields:
            if (value := entry.get(field)) and search(text := text_of(value)):
                count += 1
                if count <= 100:
                    matches.append({"entry": entry, "matched_field": field, "matched_text": text[:200]})
                break
    found = {"search_pattern": pattern, "fields_searched": fields, "total_entries": len(entries)}
    return answer(found | {"match_count": count, "matches": matches})


@server.tool(title="Time range", annotations=READ_ONLY)
def extract_time_range(entries: list[dict[str, Any]]) -> CallToolResult:
    """Tells the first and the last time that entries carry, in the order of the entries."""
    times = [text_of(time) for entry in entries if (time := entry.get("time", entry.get("timestamp")))]
    found: dict[str, Any] = {"has_timestamps": bool(times), "entry_count": len(entries)}
    if times:
        found |= {"first_timestamp": times[0], "last_timestamp": times[-1], "sample_timestamps": times[:5]}
    return answer(found)


def main() -> None:
    """Serves stdio, or HTTP where an address is given."""
    if sys.argv[1:2] == ["--http"]:
        host, _, port = sys.argv[2].rpartition(":")
        server.run("streamable-http", host=host, port=int(port), streamable_http_path="/log_parser/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
