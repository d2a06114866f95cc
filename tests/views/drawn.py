"""The drawing inside a view, for tests to look into."""

import base64
import xml.etree.ElementTree as ET


def drawn(view):
    """Return the root of the SVG in the view's one image, once all of its HTML has parsed."""
    image = ET.fromstring(view.html).find(".//img")
    head, data = image.get("src").split(",", 1)
    assert head == "data:image/svg+xml;base64"
    assert image.get("alt")
    return ET.fromstring(base64.b64decode(data))
