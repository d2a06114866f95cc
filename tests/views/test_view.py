"""A view: HTML and its text, the same every time."""

import dataclasses

import pytest

from bpflab.errors import LabError
from bpflab.views import View
from bpflab.views.view import markup


def test_a_view_shows_its_text_where_there_is_no_html():
    """str, print and the plain side of the bundle are the text."""
    view = View("<p>x</p>", "title\nx")

    assert str(view) == "title\nx"
    page = view._repr_mimebundle_()
    assert page["text/plain"] == "title\nx"
    assert page["text/html"].split("\n")[1:] == ["<p>x</p>", "</div>"]
    assert "mathjax_ignore" in page["text/html"]


def test_a_views_repr_is_short_and_stable():
    """It names the title, not the content, and no address."""
    assert repr(View("<p>x</p>" * 999, "title\nx\ny")) == "<View: title (+2 lines)>"
    assert repr(View("", "")) == "<View:  (+0 lines)>"


def test_a_view_does_not_change():
    """What was shown stays what it was."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        View("a", "b").html = "c"


def test_markup_is_safe_between_tags_and_in_quotes():
    """Nothing that came from data can open a tag or close a quote."""
    assert markup(b"<b> & \"x\" 'y' \x1b") == "&lt;b&gt; &amp; &quot;x&quot; &#x27;y&#x27; \\x1b"


@pytest.mark.parametrize(
    ("html", "text"), [(1, "x"), ("x", None), ("\ud800", "x"), ("x", "\udcff")]
)
def test_what_no_page_can_be_sent_is_refused(html, text):
    """Where it is made, so that the learner's line is the one to blame."""
    with pytest.raises(LabError) as refused:
        View(html, text)

    assert refused.value.kind == "argument"
