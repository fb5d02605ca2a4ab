"""A strict reader of Prometheus' text format 0.0.4 and OpenMetrics 1.0, written from their texts."""
import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
TYPES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}


def labels_of(text):
    labels, at = {}, 0
    while text and at < len(text):
        match = LABEL.match(text, at)
        assert match, f"bad label at {text[at:]!r}"
        assert match[1] not in labels, f"label {match[1]} twice"
        labels[match[1]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], match[2])
        at = match.end()
        assert at == len(text) or text[at] == ",", f"bad separator at {text[at:]!r}"
        at += 1
    return labels


def number(text):
    if text in ("+Inf", "-Inf", "NaN"):
        return float(text)
    assert re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text), f"bad number {text!r}"
    return float(text)


def check_histogram(family, samples):
    series = {}
    for name, labels, value in samples:
        key = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        entry = series.setdefault(key, {"buckets": []})
        if name == family + "_bucket":
            entry["buckets"].append((number(labels["le"]), value))
        else:
            entry[name[len(family):]] = value
    for key, entry in series.items():
        bounds = [bound for bound, _ in entry["buckets"]]
        counts = [count for _, count in entry["buckets"]]
        assert bounds == sorted(set(bounds)) and bounds[-1] == math.inf, f"bounds of {key}: {bounds}"
        assert counts == sorted(counts), f"counts of {key} fall: {counts}"
        assert entry["_count"] == counts[-1], f"count of {key}"
        assert entry["_sum"] >= 0


def read(text, openmetrics):
    """The samples as {(name, frozenset of labels): value}; fails on anything that is not as it must be."""
    assert text.endswith("\n") and "\r" not in text and "\n\n" not in text
    lines = text[:-1].split("\n")
    if openmetrics:
        assert lines.pop() == "# EOF"
    assert "# EOF" not in lines
    families, out, current = {}, {}, None
    for line in lines:
        if line.startswith("# "):
            _, keyword, name, rest = line.split(" ", 3)
            assert keyword in ("HELP", "TYPE") and re.fullmatch(NAME, name), line
            if current is None or current["name"] != name:
                assert name not in families, f"the family {name} comes twice"
                current = families[name] = {"name": name, "samples": []}
            assert keyword not in current and not current["samples"], line
            current[keyword] = rest
            if keyword == "TYPE":
                assert rest in TYPES and (openmetrics or rest != "info"), line
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"not a sample: {line!r}"
        name, labels, value = match[1], labels_of(match[2]), number(match[3])
        assert current and "TYPE" in current and "HELP" in current, f"{name} has no family"
        suffixes = TYPES[current["TYPE"]]
        if not openmetrics and current["TYPE"] == "counter":
            suffixes = [""]
            assert name.endswith("_total")
        assert name in [current["name"] + suffix for suffix in suffixes], f"{name} in {current['name']}"
        if current["TYPE"] in ("counter", "histogram"):
            assert value >= 0
        key = (name, frozenset(labels.items()))
        assert key not in out, f"{line} comes twice"
        out[key] = value
        current["samples"].append((name, labels, value))
    for family in families.values():
        if family["TYPE"] == "histogram":
            check_histogram(family["name"], family["samples"])
    return out
