"""How long a page takes from a key press to the character on the screen."""

from playwright.sync_api import Locator

# The key's own time stamp is the browser's; the page is asked in each frame that it draws.
_WATCH = """editor => {
    const seen = window.bpflabEcho = [];
    editor.addEventListener("keydown", event => {
        const before = editor.textContent.length, pressed = event.timeStamp;
        const look = () => editor.textContent.length > before
            ? seen.push(performance.now() - pressed)
            : requestAnimationFrame(look);
        requestAnimationFrame(look);
    }, {capture: true});
}"""
_SEEN = "count => window.bpflabEcho.length >= count"


def echo_ms(editor: Locator, keys: str, *, seconds: float = 30.0) -> list[float]:
    """Press each key once the one before is drawn; return the ms that each took.

    *keys* are characters that draw one character each (no brackets, no quotes: they come in pairs).
    """
    page = editor.page
    editor.evaluate(_WATCH)
    for count, key in enumerate(keys, 1):
        page.keyboard.press(key)
        page.wait_for_function(_SEEN, arg=count, timeout=seconds * 1000)
    return page.evaluate("() => window.bpflabEcho")
