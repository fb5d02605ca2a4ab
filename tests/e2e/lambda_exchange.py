"""What a runtime and the Runtime API say to each other, as it is recorded in tests/data/lambda: a line of JSON for each
side that speaks, who, and the bytes as Latin-1."""
import json
import re

# What is another each time, and what stands for it.
CHANGING = (("{time}", r"(?<=Deadline-Ms: )\d{13}"), ("{date}", r"(?<=Date: )[^\r]+"), ("{trace}", r"Root=1-[^\r\"]+"),
            ("{epoch}", r'(?<="timeEpoch":)\d{13}'), ("{moment}", r'(?<="time":")[^"]+'),
            ("{id}", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), ("{api}", r"127\.0\.0\.1:\d+"))


def steady(said):
    for name, pattern in CHANGING:
        said = re.sub(pattern, name, said)
    return said


def recorded(path):
    """[(who, bytes)]"""
    with open(path, encoding="utf-8") as file:
        return [(line["from"], steady(line["bytes"])) for line in map(json.loads, file)]
