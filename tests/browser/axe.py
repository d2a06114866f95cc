"""What axe-core finds wrong with parts of a page."""

from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator

GRAVE = ("serious", "critical")
# axe-core looks at no colours in what an ancestor clips, and JupyterLab's body clips at height 0:
# so nothing clips while it looks. Drawing changes by that, sizes and places do not.
_RUN = """async parts => {
    const clips = new Map();
    for (const part of parts)
        for (let above = part.parentElement; above; above = above.parentElement)
            if (!clips.has(above) && /hidden|clip/.test(getComputedStyle(above).overflow))
                clips.set(above, above.style.cssText);
    for (const above of clips.keys()) above.style.setProperty("overflow", "visible", "important");
    const options = {resultTypes: ["violations"], elementRef: true};
    const found = await axe.run({include: parts}, options).finally(() =>
        clips.forEach((style, above) => above.style.cssText = style));
    return found.violations.flatMap(fault => fault.nodes.map(node => [
        parts.findIndex(part => part.contains(node.element)),
        fault.id, node.impact ?? fault.impact ?? "minor", node.html, node.failureSummary ?? ""]));
}"""


@dataclass(frozen=True)
class Violation:
    """One element that breaks one of axe-core's rules."""

    place: int
    """In which of the parts it is, counted from 0."""
    rule: str
    """axe-core's name of the rule, such as ``color-contrast``."""
    impact: str
    """How much it matters: minor, moderate, serious or critical."""
    html: str
    """The element."""
    why: str
    """What to do about it."""

    @property
    def grave(self) -> bool:
        """Whether it keeps somebody from reading: serious or critical."""
        return self.impact in GRAVE

    def __str__(self) -> str:
        return f"{self.impact} {self.rule}: {self.html[:200]} ({' '.join(self.why.split())[:300]})"


def violations(parts: Locator) -> list[Violation]:
    """Return what axe-core finds wrong with some elements and all within them, as drawn now.

    The rest of the page is only looked at where a rule needs it, as colours behind a text do.
    """
    if not parts.count():
        return []
    if not parts.page.evaluate("() => 'axe' in window"):
        parts.page.evaluate(AXE_SCRIPT)
    return [Violation(*found) for found in parts.evaluate_all(_RUN)]
