"""The report as a page: well-formed, closed in itself, and readable by machines.

    python3 report_page.py PAGE…
"""

import html.parser
import re
import sys
import xml.etree.ElementTree as ElementTree

VOID = {"meta", "br", "link", "hr", "img", "input"}  # elements without an end (HTML Living Standard, 13.1.2)


class Page(html.parser.HTMLParser):
    """Faults of the page: elements that do not nest, ids that stand twice, anything fetched from elsewhere, tables without a caption."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.faults, self.counts = [], [], [], {}
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> never ends" for tag in self.open]
        self.faults += [f"id {name} stands twice" for name in set(self.ids) if self.ids.count(name) > 1]

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.ids += [attrs["id"]] if "id" in attrs else []
        if {"src", "href", "onload", "onclick"} & attrs.keys() or tag in ("script", "link", "iframe", "object", "foreignobject"):
            self.faults.append(f"{self.getpos()}: <{tag}> is not closed in itself")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{self.getpos()}: </{tag}> ends what is not open")


def check(path):
    text = open(path, encoding="utf-8").read()
    page = Page(text)
    pictures = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", text, re.S)]
    for svg in pictures:
        named = {child.get("id") for child in svg}
        if not set(svg.get("aria-labelledby").split()) <= named or not svg.findtext("title"):
            page.faults.append("a picture without title and description")
        width, height = (float(number) for number in svg.get("viewBox").split()[2:])
        for mark in svg.iter():
            x, y = (float(mark.get(name, mark.get("c" + name, 0))) for name in "xy")
            if not (0 <= x + float(mark.get("width", 0)) <= width + 0.1 and 0 <= y <= height) and mark is not svg:
                page.faults.append(f"{mark.tag} at {x}, {y} is outside its picture")
    if not pictures or page.counts.get("h1") != 1 or page.counts.get("table") != page.counts.get("caption"):
        page.faults.append("expected one heading, pictures, and a caption for every table")
    return [f"{path}: {fault}" for fault in page.faults]


faults = [fault for path in sys.argv[1:] for fault in check(path)]
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults or len(sys.argv) < 2 else 0)
