"""Configurations as docs/ and packaging/ show them, with other paths and ports."""
import os
import re

SOURCE = os.path.abspath(os.path.dirname(__file__) + "/../..")


def read(path):
    with open(f"{SOURCE}/{path}", encoding="utf-8") as file:
        return file.read()


def block(page, words):
    """The block of docs/PAGE that has these words."""
    found = [text for text in re.findall(r"^```\w+\n(.*?)^```$", read(f"docs/{page}"), re.M | re.S) if words in text]
    assert len(found) == 1, f"{len(found)} blocks of docs/{page} have {words!r}"
    return found[0]


def replaced(text, pairs):
    """The text with something else for what it must have."""
    for old, new in pairs.items():
        assert old in text, f"{old!r} is not in {text}"
        text = text.replace(old, new)
    return text
