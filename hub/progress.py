"""Who is at which exercise: two pages beside the hub, for learners and for their instructors.

A learner sees what would be shown of them, agrees, and takes it back. An instructor sees a row for
each learner who agreed, and how many did not. The hub starts this as its service ``progress``,
where `./lab hub` was given an instructor. JupyterHub says who asks (OAuth); nothing else is asked
of it, so the service has none of its rights.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from tornado.ioloop import IOLoop
from tornado.web import Application, HTTPError, RedirectHandler, RequestHandler, authenticated

from bpflab.course.asked import Asked, of_course
from hub.consent import Consent
from hub.standing import Standing, since, standing

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates/progress"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
_TEMPLATES.globals["since"] = since


@dataclass(frozen=True)
class Class:
    """The class: its people by the names of their accounts, and what the lessons ask."""

    learners: tuple[str, ...]
    instructors: tuple[str, ...]
    course: tuple[Asked, ...]
    consent: Consent

    def seen(self, now: datetime) -> list[Standing]:
        """Return where each learner is who agreed, who is longest at one exercise first."""
        agreed = [name for name in self.learners if self.consent.given(name)]
        return sorted(
            (standing(name, self.course, now) for name in agreed),
            key=lambda one: (one.at_it_since or now, one.learner),
        )


class _Page(HubOAuthenticated, RequestHandler):
    """What both pages have: who asks, the class, and a page that nothing from elsewhere is in."""

    def initialize(self, of: Class) -> None:
        self.of, self.nonce = of, secrets.token_urlsafe()

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    @property
    def who(self) -> str:
        """Return the name of the account that asks."""
        return str(self.current_user["name"])

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say what the page is, and which one there is for a learner."""
        self.show("refused.html", status=status_code)

    def show(self, template: str, **values: Any) -> None:
        """Answer with a page."""
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{self.nonce}'; style-src 'nonce-{self.nonce}';"
            " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        common = {"instructors": self.of.instructors, "nonce": self.nonce}
        common |= {"xsrf": self.xsrf_token.decode()}
        self.finish(_TEMPLATES.get_template(template).render(common | values))


class Mine(_Page):
    """A learner's page: what is shown of them, and whether."""

    @authenticated
    def get(self) -> None:
        """Show it; an instructor goes to the class."""
        if self.who in self.of.instructors:
            return self.redirect("class")
        given, now = self.of.consent.given(self._learner()), datetime.now(UTC)
        return self.show(
            "mine.html", given=given, rows=[standing(self.who, self.of.course, now)], now=now
        )

    @authenticated
    def post(self) -> None:
        """Do what the learner chose, and show the page anew. Tornado has looked at the token."""
        choices = {"show": self.of.consent.give, "hide": self.of.consent.take_back}
        choose = choices.get(self.get_body_argument("choice", ""))
        if not choose:
            raise HTTPError(400)
        choose(self._learner())
        self.redirect(self.request.path, status=303)

    def _learner(self) -> str:
        if self.who not in self.of.learners:
            raise HTTPError(403)
        return self.who


class Everybody(_Page):
    """The instructors' page: the learners who agreed."""

    @authenticated
    def get(self) -> None:
        """Show it, to an instructor."""
        if self.who not in self.of.instructors:
            raise HTTPError(403)
        now = datetime.now(UTC)
        rows = self.of.seen(now)
        self.show("class.html", rows=rows, hidden=len(self.of.learners) - len(rows), now=now)


def application(of: Class, prefix: str) -> Application:
    """Return the pages, at the address *prefix* of the hub."""
    return Application(
        [
            (prefix.rstrip("/"), RedirectHandler, {"url": prefix}),
            (prefix, Mine, {"of": of}),
            (f"{prefix}class", Everybody, {"of": of}),
            (f"{prefix}oauth_callback", HubOAuthCallbackHandler),
        ],
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
    )


def main() -> None:
    """Serve the pages where the hub expects them, until it ends this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--consent", type=Path, required=True)
    parser.add_argument("--learners", nargs="*", default=[])
    parser.add_argument("--instructors", nargs="+", required=True)
    told = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # with which the hub ends it, in silence
    consent = Consent(told.consent, told.learners, told.instructors)
    of = Class(tuple(told.learners), tuple(told.instructors), tuple(of_course()), consent)
    where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    pages = application(of, os.environ["JUPYTERHUB_SERVICE_PREFIX"])
    pages.listen(where.port, where.hostname, max_body_size=10_000)
    IOLoop.current().start()


if __name__ == "__main__":
    main()
