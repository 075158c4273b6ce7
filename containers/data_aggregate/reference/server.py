#!/usr/bin/env python3
"""Lists of objects over MCP, in Python: what ours is compared with. The rules are those of servers/data_aggregate/README.md.

    python3 server.py                          stdio
    python3 server.py --http 127.0.0.1:3000    streamable HTTP at /data_aggregate/mcp
"""

import math
import re
import sys
from collections import Counter
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from pydantic_core import to_json

server = MCPServer("data_aggregate", version="1.0.0")
READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def answer(value: dict[str, Any]) -> CallToolResult:
    """A structured answer, and as text the same JSON, compact."""
    return CallToolResult(content=[TextContent(type="text", text=to_json(value).decode())], structured_content=value)


def size(value: Any) -> int:
    """Bytes of a value as compact JSON."""
    return len(to_json(value))


def name(value: Any) -> str:
    """A value as a name: a text as it is, anything else as its JSON."""
    return value if isinstance(value, str) else to_json(value).decode()


def number(value: Any) -> int | float | None:
    """What a value counts as."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        text = value.replace(",", "").strip(" \t\r\n")
        if NUMBER.fullmatch(text) and math.isfinite(found := float(text)):
            return found
    return None


def numbers(items: list[dict[str, Any]], field: str) -> list[int | float]:
    """The numbers of a field."""
    found = (number(item.get(field)) for item in items)
    return [each for each in found if each is not None]


def total(values: list[int | float]) -> int | float:
    """The sum: whole where all are."""
    return sum(values) if all(isinstance(value, int) for value in values) else math.fsum(values)


def checked(field: str, value: float) -> float:
    """A number that has a JSON."""
    if not math.isfinite(value):
        raise OverflowError
    return value


class within:
    """Says which field's numbers are too large to be added."""

    def __init__(self, field: str):
        self.field = field

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is OverflowError:
            raise ToolError(f"the numbers of {self.field} are too large to be added; divide them by a power of ten")


def statistics(field: str, values: list[int | float]) -> dict[str, Any]:
    """What a field's numbers are."""
    if not values:
        return {"count": 0}
    with within(field):
        count = len(values)
        ordered = sorted(values)
        mean = math.fsum(values) / count
        found = {"count": count, "sum": total(values), "min": min(values), "max": max(values), "mean": mean}
        if count % 2:
            found["median"] = ordered[count // 2]
        else:
            found["median"] = checked(field, (ordered[count // 2 - 1] + ordered[count // 2]) / 2)
        if count > 1:
            away = [value - mean for value in values]
            found["stdev"] = checked(field, math.sqrt(math.fsum(each * each for each in away) / (count - 1)))
        return found


@server.tool(title="Aggregate a list", annotations=READ_ONLY)
def aggregate_list(
    items: list[dict[str, Any]],
    group_by: str | None = None,
    count_field: str | None = None,
    sum_fields: Annotated[list[str], Field(max_length=100)] | None = None,
) -> CallToolResult:
    """Groups a list of objects by a field, counts a field's values, adds up the numbers of others."""
    found: dict[str, Any] = {"total_count": len(items)}
    if not items:
        return answer(found | {"groups": {}})
    found["input_size_estimate"] = size(items)
    if group_by is not None:
        groups = Counter(name(item.get(group_by, "unknown")) for item in items)
        found |= {"group_by": group_by, "groups": dict(groups), "group_count": len(groups)}
    if count_field is not None:
        counts = Counter(name(item.get(count_field, "unknown")) for item in items)
        found |= {"count_by": count_field, "counts": dict(counts.most_common(20))}
    if sum_fields:
        found["field_stats"] = {field: statistics(field, numbers(items, field)) for field in sum_fields}
    output = size(found)
    return answer(found | {"output_size_estimate": output, "reduction_ratio": output / found["input_size_estimate"]})


@server.tool(title="Merge summaries", annotations=READ_ONLY)
def merge_summaries(summaries: list[dict[str, Any]], weights: list[int | float] | None = None) -> CallToolResult:
    """Merges summaries of the same fields: totals, and averages by weight."""
    if weights is None:
        weights = [1.0] * len(summaries)
    if len(weights) != len(summaries):
        raise ToolError(f"there are {len(weights)} weights for {len(summaries)} summaries; pass a number for each")
    found: dict[str, Any] = {"merged_count": len(summaries)}
    if not summaries:
        return answer(found)
    fields: dict[str, list[tuple[Any, float]]] = {}
    for summary, weight in zip(summaries, weights):
        for field, value in summary.items():
            given = fields.setdefault(field, [])
            if value is not None:
                given.append((value, float(weight)))
    found["source_keys"] = list(fields)
    for field, given in fields.items():
        with within(field):
            merge(field, given, found)
    return answer(found)


def merge(field: str, given: list[tuple[Any, float]], found: dict[str, Any]) -> None:
    """Adds what a field's values come to; the first one tells what the field is."""
    if not given:
        return
    first = given[0][0]
    if isinstance(first, list):
        values = [number(each) for value, _ in given if isinstance(value, list) for each in value]
        found[f"{field}_total"] = total([value for value in values if value is not None])
    elif isinstance(first, dict):
        sums: dict[str, list[float]] = {}
        for value, weight in given:
            for key, each in value.items() if isinstance(value, dict) else ():
                if isinstance(each, (int, float)) and not isinstance(each, bool):
                    sums.setdefault(key, []).append(each * weight)
        found[field] = {key: math.fsum(products) for key, products in sums.items()}
        if not all(map(math.isfinite, found[field].values())):
            raise OverflowError
    elif number(first) is not None:
        pairs = [(counted, weight) for value, weight in given if (counted := number(value)) is not None]
        weights = math.fsum(weight for _, weight in pairs)
        weighed = checked(field, math.fsum(value * weight for value, weight in pairs))
        found[f"{field}_weighted_avg"] = checked(field, weighed / weights) if weights else 0.0
        found[f"{field}_total"] = total([value for value, _ in pairs])


@server.tool(title="Combine results", annotations=READ_ONLY)
def combine_research_results(
    results: list[dict[str, Any]],
    title_field: str = "title",
    summary_field: str = "summary",
    score_field: str | None = "relevance_score",
) -> CallToolResult:
    """Puts search results in order of their score and joins titles and summaries to one text."""
    if not results:
        return answer({"result_count": 0, "combined_summary": ""})
    ordered = sorted(results, key=lambda result: number(result.get(score_field)) or 0, reverse=True) if score_field else results
    items = []
    for rank, result in enumerate(ordered, 1):
        title, summary = ("" if (value := result.get(field)) is None else name(value) for field in (title_field, summary_field))
        item = {"rank": rank, "title": title, "summary": summary}
        if score_field and result.get(score_field) is not None:
            item["score"] = result[score_field]
        items.append(item)
    text = "\n\n".join(f"[{item['rank']}] {item['title']}\n{item['summary']}" for item in items)
    sizes = {"input_size": size(results), "output_size": len(text.encode())}
    return answer({"result_count": len(results), "items": items, "combined_text": text, **sizes})


@server.tool(title="Drop duplicates", annotations=READ_ONLY)
def deduplicate(
    items: list[dict[str, Any]],
    key_fields: Annotated[list[str], Field(min_length=1, max_length=32)],
    keep: Literal["first", "last"] = "first",
) -> CallToolResult:
    """Drops items that agree in some fields with an earlier or a later one."""
    unique: dict[bytes, dict[str, Any]] = {}
    for item in items:
        key = to_json([item.get(field) for field in key_fields])
        if keep == "last" or key not in unique:
            unique[key] = item
    found: dict[str, Any] = {"original_count": len(items), "unique_count": len(unique)}
    if items:
        found |= {"duplicates_removed": len(items) - len(unique), "key_fields": key_fields}
    return answer(found | {"items": list(unique.values())})


@server.tool(title="Compute a trend", annotations=READ_ONLY)
def compute_trends(
    time_series: list[dict[str, Any]],
    time_field: str = "timestamp",
    value_field: str = "value",
    bucket_count: Annotated[int, Field(ge=1)] = 10,
) -> CallToolResult:
    """Tells whether a series of numbers rises or falls: the mean of its second half against that of its first."""
    values = numbers(time_series, value_field)
    if len(values) < 2:
        return answer({"data_points": len(values), "trend": "insufficient_data"})
    half = len(values) // 2
    with within(value_field):
        first = math.fsum(values[:half]) / half
        second = math.fsum(values[half:]) / (len(values) - half)
        change = checked(value_field, (second - first) / first * 100) if first else 0.0
    trend = "increasing" if second > first * 1.1 else "decreasing" if second < first * 0.9 else "stable"
    averages = {"first_half_avg": first, "second_half_avg": second, "change_percent": change}
    return answer({"data_points": len(values), "trend": trend, "stats": statistics(value_field, values), **averages})


def main() -> None:
    """Serves stdio, or HTTP where an address is given."""
    if sys.argv[1:2] == ["--http"]:
        host, _, port = sys.argv[2].rpartition(":")
        server.run("streamable-http", host=host, port=int(port), streamable_http_path="/data_aggregate/mcp")
    else:
        server.run("stdio")


if __name__ == "__main__":
    main()
