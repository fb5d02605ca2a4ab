"""links.py SOURCE: every link of the README and the pages of docs/ leads somewhere, docs/README.md leads to every page, and
the pages of its list lead from one to the next."""

import os
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def links(path):
    """(target, heading) of each link within the project, code left out."""
    text = re.sub(r"^```.*?^```$", "", read(path), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^()\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if not re.match(r"[a-z]+:", target):
            name, _, heading = target.partition("#")
            yield (os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path), heading


def headings(path):
    """As those are linked who read them on the web."""
    text = re.sub(r"^```.*?^```$", "", read(path), flags=re.M | re.S)
    for heading in re.findall(r"^#+ (.*)$", text, re.M):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
        yield words.replace(" ", "-")


def main(source):
    os.chdir(source)
    pages = ["README.md", "CONTRIBUTING.md"]
    for folder, _, names in os.walk("docs"):
        pages += sorted(os.path.join(folder, name) for name in names if name.endswith(".md"))
    wrong = []
    for page in pages:
        for target, heading in links(page):
            if not os.path.exists(target):
                wrong.append(f"{page}: there is no {target}")
            elif heading and heading not in headings(target):
                wrong.append(f"{page}: {target} has no heading #{heading}")

    index = {target for target, _ in links("docs/README.md")}
    assert "docs/README.md" in {target for target, _ in links("README.md")}, "README.md does not lead to docs/README.md"
    for page in pages:
        if os.path.dirname(page) == "docs" and page != "docs/README.md" and page not in index:
            wrong.append(f"docs/README.md does not lead to {page}")

    steps = re.findall(r"^\d+\. \[[^\]]*\]\(([^)]*)\)", read("docs/README.md"), re.M)
    assert len(steps) > 5, steps
    for step, following in zip(steps, steps[1:]):
        last = re.findall(r"^Next: \[[^\]]*\]\(([^)]*)\)\.$", read(f"docs/{step}"), re.M)
        if last != [following]:
            wrong.append(f"docs/{step} leads to {last}, and not to {following} alone")
    sys.exit("\n".join(wrong) or 0)


main(*sys.argv[1:])
