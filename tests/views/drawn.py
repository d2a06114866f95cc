"""The drawing inside a view, for tests to look into."""

import base64
import re
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def drawn(view):
    """Return the root of the SVG in the view's one image, once all of its HTML has parsed."""
    image = ET.fromstring(view.html).find(".//img")
    head, data = image.get("src").split(",", 1)
    assert head == "data:image/svg+xml;base64"
    assert image.get("alt")
    root = ET.fromstring(base64.b64decode(data))
    for node in root.iter():  # in one spelling: "M1 2L3 4", "fill:red;stroke:blue;", href
        node.attrib = {name.rpartition("}")[2]: value for name, value in node.attrib.items()}
        if "d" in node.attrib:
            node.set("d", re.sub(r"\s*([A-Za-z])\s*", r"\1", node.get("d")))
        if "style" in node.attrib:
            node.set("style", re.sub(r"\s*([:;])\s*", r"\1", node.get("style").strip("; ") + ";"))
    return root


def words(view):
    """Return each text of the drawing."""
    return ["".join(text.itertext()) for text in drawn(view).iter(f"{SVG}text")]


def letters(root):
    """Return the style that all letters of a drawing have."""
    return "".join(style.text for style in root.iter(f"{SVG}style"))
