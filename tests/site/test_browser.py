"""The site in a real browser: who cannot see well reads it, and it asks for nothing elsewhere."""

import pytest

from tests.browser.axe import violations

PAGES = ("README.html", "notebooks/03-buffer-reset-bug.html", "docs/site/api.html")
PHONE = {"width": 400, "height": 800}
WIDE = (1184, 1280, 1366, 1440, 1920)  # windows with room for lines of 100 columns
SIDES = "one => { let r = one.getBoundingClientRect(); return [r.left, r.right]; }"
PAPER = {"width": 680, "height": 1000}  # what is printed of A4, with a margin of 15 mm


@pytest.fixture
def visit(browser, address):
    """Open a page of the site; whatever it asked for stands in the page's `asked`."""
    contexts = []

    def opened(place, mode="light", **options):
        context = browser.new_context(color_scheme=mode, viewport=PHONE, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{address}/{place}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_nothing_grave(visit, address, place, mode):
    """At a phone's width, where nothing is wider than the screen or comes from elsewhere."""
    page = visit(place, mode)

    assert [str(found) for found in violations(page.locator("body")) if found.grave] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert [url for url in page.asked if not url.startswith((address, "data:"))] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (mode == "light")


@pytest.mark.parametrize("width", WIDE)
def test_lines_of_100_columns_are_not_cut(visit, width):
    """And nothing stands on them: neither the list of lessons nor that of headings."""
    page = visit("notebooks/06-events.html")
    page.set_viewport_size({"width": width, "height": 800})
    cut = page.locator("pre").evaluate_all(
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)"
    )
    longest = [max(map(len, text.expandtabs(8).splitlines())) for text in cut]
    assert page.locator("pre").count() > 50
    assert [columns for columns in longest if columns <= 100] == []
    lessons, article, headings = (
        page.locator(part).evaluate(SIDES) for part in (".sidebar-drawer", "article", ".toc-drawer")
    )
    assert lessons[1] <= article[0] and article[1] <= headings[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_search_finds_a_word(visit):
    """A word that one lesson treats leads to that lesson."""
    page = visit("search.html?q=interrupted")
    found = page.locator("#search-results a", has_text="The interrupted buffer").first
    found.click()
    page.wait_for_url("**/08b-interrupted-buffer.html*")


def test_the_search_shows_a_hostile_word_as_text(visit):
    """What stands in an address is not run."""
    page = visit("search.html?q=%3Cimg%20src%3Dx%20onerror%3D%22window.hit%3D1%22%3E")
    page.locator("#search-results p").first.wait_for()
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src=x]").count() == 0


def test_a_link_leads_to_a_cell(visit):
    """It is in sight then, and has a mark."""
    page = visit("notebooks/02-first-map.html#cell-02-03-970f4e")
    cell = page.locator('[id="cell-02-03-970f4e"]')
    seen = "cell => { let y = cell.getBoundingClientRect().y; return 0 <= y && y < innerHeight; }"
    handle = cell.element_handle()
    page.wait_for_function(seen, arg=handle, timeout=10_000)  # the page may still move
    assert cell.evaluate("cell => getComputedStyle(cell).outlineStyle") == "solid"


def test_a_solution_opens_when_it_is_asked_for(visit):
    """And not before."""
    page = visit("notebooks/solutions/02.html")
    solution = page.locator('[id="02-1"] pre').first
    assert not solution.is_visible()
    page.get_by_text("02-1", exact=True).click()
    assert solution.is_visible()


def test_without_scripts_a_lesson_is_there(visit):
    """Its outputs are the page's own."""
    page = visit("notebooks/03-buffer-reset-bug.html", java_script_enabled=False)
    assert page.get_by_text("BUF after a long path").last.is_visible()


def test_on_paper_a_lesson_is_whole(visit):
    """Nothing that is pressed is there; wide lines wrap, and a link that leaves has its address."""
    page = visit("notebooks/03-buffer-reset-bug.html", "dark")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    shown = page.locator(
        "button, input, .cell-link, .sidebar-drawer, .toc-drawer, .skip-to-content"
    )
    assert shown.count() > 10
    assert [one.inner_text() for one in shown.all() if one.is_visible()] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    cut = (
        "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML)"
    )
    assert page.locator("pre, .cell_output, .cell_output div").evaluate_all(cut) == []
    assert page.locator(".cell_output").last.is_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    link = page.locator("article a.external").first
    address = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert link.get_attribute("href") in address


def test_on_paper_a_listing_begins_where_it_stands(visit):
    """A page's end may be anywhere in it: if not, it would begin on a new page, or be cut there."""
    page = visit("notebooks/07-tail-calls.html")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    long = page.locator(".cell_output figure, .cell_output figure *").evaluate_all(
        "(all, least) => all.filter(one => one.getBoundingClientRect().height > least)"
        ".map(one => getComputedStyle(one)).map(s => [s.display, s.overflowX, s.breakInside])",
        PAPER["height"] / 4,
    )
    assert len(long) > 5
    assert [one for one in long if one != ["block", "visible", "auto"]] == []
