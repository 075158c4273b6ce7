#!/usr/bin/env python3
"""Writes server.toml: the calls and their right answers, by the Python server in containers/data_aggregate/reference and by what the generator planted.

    cargo run -p dataset -- generate DATA
    python3 -m pip install -r containers/data_aggregate/reference/requirements.txt blake3
    python3 servers/data_aggregate/golden/server.py DATA
"""

import importlib.util
import json
import math
import pathlib
import sys

import blake3

DATA = pathlib.Path(sys.argv[1])
SERVER = pathlib.Path(__file__).resolve().parents[1]
SOURCE = SERVER.parents[1] / "containers/data_aggregate/reference/server.py"
spec = importlib.util.spec_from_file_location("reference", SOURCE)
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

HEAD = """\
# Written by golden/server.py; change that, not this.
name = "data_aggregate"
title = "Aggregation"
package = "data_aggregate"
table = true
reference_language = "Python"
arguments = []

[grants]
directories = []
environment = []
outbound = []

[limits]
memory = "256 MiB"
timeout = "30 s"
"""
PYTHON = "the Python server in containers/data_aggregate/reference"
calls = []


def toml(value):
    """TOML in one line; JSON's strings and numbers are TOML's."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {toml(v)}" for key, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def digest(text):
    return "blake3:" + blake3.blake3(text.encode()).hexdigest()


def ordered(value):
    """The same with the members of objects in the order of their names."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return list(map(ordered, value)) if isinstance(value, list) else value


def call(tool, name, size, arguments, planted=None, origin=PYTHON, refused=None):
    """A call with the Python server's answer, which is held to what was planted; or one that is refused."""
    data = {key: json.loads((DATA / value["$json"]).read_text()) if isinstance(value, dict) and "$json" in value else value for key, value in arguments.items()}
    if refused:
        expect = {"error": True, "text": {"pattern": refused}}
    else:
        # The instruments send members in the order of their names.
        result = getattr(reference, tool)(**ordered(data))
        text, found = result.content[0].text, result.structured_content
        if planted:
            planted(found)
            origin += ", and what the generator planted"
        if len(text) < 600:
            expect = {"structured": {"equal": found}, "text": {"equal": text}}
        else:
            # The text is the same JSON; a digest of it is a digest of every digit.
            plain = {key: value for key, value in found.items() if isinstance(value, (int, str)) and len(str(value)) < 100}
            expect = {"structured": {"subset": plain}, "text": {"digest": digest(text)}}
    calls.append(
        f'\n[[call]]\nid = "{tool}-{name}"\ntool = "{tool}"\ninput = "{size}"\narguments = {toml(arguments)}\n[call.expect]\n'
        + "".join(f"{key} = {toml(value)}\n" for key, value in expect.items())
        + f'[call.source]\norigin = "{origin}"\nscript = "golden/server.py"\n'
    )


def file(name):
    return {"$json": f"aggregate/{name}.json"}


def truth(name):
    return json.loads((DATA / f"aggregate/{name}.truth.json").read_text())


def near(a, b):
    assert math.isclose(a, b, rel_tol=1e-12), (a, b)


def items(name):
    def planted(found):
        known = truth(name)
        assert found["groups"] == known["groups"][found["group_by"]] and found["total_count"] == known["count"]
        for field in ("size_bytes", "price"):
            for key, value in known[field].items():
                near(found["field_stats"][field][key], value)

    return planted


def kept(name, which):
    def planted(found):
        known = truth(name)
        assert found["unique_count"] == known["unique_digests"]
        # The generator lists places in order; the last of its kind stands where the first was.
        ids = [f"item-{place:05}" for place in known[which]]
        assert sorted(item["id"] for item in found["items"]) == ids

    return planted


def summaries(name):
    def planted(found):
        known = truth(name)
        assert found["merged_count"] == known["count"]
        for field, numbers in known["numbers"].items():
            near(found[f"{field}_total"], numbers["total"])
            near(found[f"{field}_weighted_avg"], numbers["weighted_mean"])
        for level, weighed in known["by_level_weighted"].items():
            near(found["by_level"][level], weighed)

    return planted


def results(name):
    def planted(found):
        known = truth(name)
        given = json.loads((DATA / f"aggregate/{name}.json").read_text())
        assert [item["title"] for item in found["items"]] == [given[place]["title"] for place in known["order"]]

    return planted


def series(name):
    def planted(found):
        known = truth(name)
        assert found["data_points"] == known["numeric"]
        near(found["first_half_avg"], known["first_half_mean"])
        near(found["second_half_avg"], known["second_half_mean"])
        for key in ("sum", "min", "max"):
            near(found["stats"][key], known[key])

    return planted


T = "aggregate_list"
WHOLE = {"group_by": "category", "count_field": "digest", "sum_fields": ["size_bytes", "price", "note"]}
call(T, "small", "small", {"items": file("items_200"), **WHOLE}, items("items_200"))
call(T, "large", "large", {"items": file("items_2000"), **WHOLE}, items("items_2000"))
call(T, "group_alone", "edge", {"items": file("items_200"), "group_by": "format"})
call(T, "nothing_asked", "edge", {"items": [{"a": 1}, {"ä": "😀\n"}]})
call(T, "no_items", "edge", {"items": [], "group_by": "a"})
call(T, "kinds_of_values", "edge", {"items": [{"k": 1}, {"k": "1"}, {"k": True}, {"k": 1.5}, {"k": [1, {"b": "é"}]}, {}, {"k": "unknown"}], "group_by": "k", "count_field": "k"})
call(T, "numbers_in_words", "edge", {"items": [{"n": "1,234.5"}, {"n": " -7 "}, {"n": True}, {"n": "nan"}, {"n": "7 kg"}, {"n": 2}, {"n": []}, {}], "sum_fields": ["n", "m"]})
call(T, "whole_numbers_stay_whole", "edge", {"items": [{"n": 9007199254740993}, {"n": 9007199254740993}, {"n": -1}], "sum_fields": ["n"]})
call(T, "tenths", "edge", {"items": [{"n": 0.1}] * 10, "sum_fields": ["n"]}, origin="the Python server in containers/data_aggregate/reference: math.fsum rounds once")
call(T, "ties_stay_in_order", "edge", {"items": [{"k": name} for name in "zyxyzw"], "count_field": "k"})
call(T, "twenty_of_many", "edge", {"items": file("items_200"), "count_field": "note"})
call(T, "too_large", "edge", {"items": [{"n": 1e308}, {"n": 1e308}], "sum_fields": ["n"]}, refused="the numbers of n are too large to be added")
call(T, "not_an_object", "edge", {"items": [{}, 7]}, refused=r"items[.\[]1", origin=PYTHON + " refuses it, in other words")
call(T, "no_list", "edge", {"items": {"a": 1}}, refused="items", origin=PYTHON + " refuses it, in other words")

T = "merge_summaries"
call(T, "small", "small", {"summaries": file("summaries_10"), "weights": file("weights_10")}, summaries("summaries_10"))
call(T, "large", "large", {"summaries": file("summaries_100"), "weights": file("weights_100")}, summaries("summaries_100"))
call(T, "all_alike", "edge", {"summaries": file("summaries_10")})
call(T, "none", "edge", {"summaries": []})
call(T, "kinds", "edge", {"summaries": [{"a": 1, "l": [1, "2", []], "o": {"x": 3, "t": "4"}, "s": "text", "n": 5}, {"a": "2", "l": [0.5], "o": {"y": 1, "x": 1}, "z": 0}], "weights": [1, 3]})
call(T, "weights_of_nothing", "edge", {"summaries": [{"a": 1}, {"a": 2}], "weights": [0, 0]})
call(T, "too_few_weights", "edge", {"summaries": [{"a": 1}, {"a": 2}], "weights": [1]}, refused="there are 1 weights for 2 summaries")

T = "combine_research_results"
call(T, "small", "small", {"results": file("results_20")}, results("results_20"))
call(T, "large", "large", {"results": file("results_200")}, results("results_200"))
call(T, "none", "edge", {"results": []})
call(T, "as_they_come", "edge", {"results": [{"title": "a", "relevance_score": 1}, {"title": "b", "relevance_score": 2}], "score_field": ""})
call(T, "other_fields", "edge", {"results": [{"t": "one", "n": "0.5"}, {"t": 2, "s": ["é"], "n": 0.5}, {"n": "7"}, {"t": "last"}], "title_field": "t", "summary_field": "s", "score_field": "n"})

T = "deduplicate"
call(T, "small", "small", {"items": file("items_200"), "key_fields": ["digest"]}, kept("items_200", "kept_first"))
call(T, "large", "large", {"items": file("items_2000"), "key_fields": ["digest"]}, kept("items_2000", "kept_first"))
call(T, "the_last", "edge", {"items": file("items_200"), "key_fields": ["digest"], "keep": "last"}, kept("items_200", "kept_last"))
call(T, "several_fields", "edge", {"items": file("items_200"), "key_fields": ["category", "format", "active"]})
call(T, "no_field_reads_as_two", "edge", {"items": [{"a": "x|y", "b": "z"}, {"a": "x", "b": "y|z"}], "key_fields": ["a", "b"]})
call(T, "kinds_differ", "edge", {"items": [{"a": 1}, {"a": "1"}, {"a": 1.5}, {"a": True}, {}, {"b": 1}, {"a": 1, "last": "é"}], "key_fields": ["a"], "keep": "last"})
call(T, "none", "edge", {"items": [], "key_fields": ["a"]})
call(T, "no_key", "edge", {"items": [{"a": 1}], "key_fields": []}, refused="key_fields", origin=PYTHON + " refuses it, in other words")
call(T, "neither_first_nor_last", "edge", {"items": [], "key_fields": ["a"], "keep": "all"}, refused="keep", origin=PYTHON + " refuses it, in other words")

T = "compute_trends"
call(T, "small", "small", {"time_series": file("series_200")}, series("series_200"))
call(T, "large", "large", {"time_series": file("series_2000")}, series("series_2000"))
call(T, "falling", "edge", {"time_series": file("series_falling_200"), "bucket_count": 3}, series("series_falling_200"))
call(T, "one_point", "edge", {"time_series": [{"value": 1}, {"value": "-"}]})
call(T, "from_nothing", "edge", {"time_series": [{"v": 0}, {"v": 5}, {"v": "6"}], "value_field": "v"})
call(T, "just_stable", "edge", {"time_series": [{"value": 10}, {"value": 11}]})
call(T, "in_the_order_given", "edge", {"time_series": [{"timestamp": "2026-02", "value": 9}, {"timestamp": "2026-01", "value": 1}]})
call(T, "no_buckets", "edge", {"time_series": [], "bucket_count": 0}, refused="bucket_count", origin=PYTHON + " refuses it, in other words")

(SERVER / "server.toml").write_text(HEAD + "".join(calls))
