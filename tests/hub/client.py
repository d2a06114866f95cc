"""A learner of the tests: signs in at the hub, and talks to a server as a browser does."""

import json
import re
import time
import uuid
from dataclasses import dataclass, field

import requests
import websocket

STEP_S = 30
START_S = 150


@dataclass
class Client:
    """One browser's cookies, without the browser."""

    address: str
    name: str
    code: str
    step_s: float = STEP_S
    web: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, then: str = "") -> requests.Response:
        """Send the login page's form, and return what comes back, or the page *then*."""
        page = self.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]
        form = {"username": self.name, "password": self.code, "_xsrf": token}
        next_page = {"next": then} if then else {}
        url = f"{self.address}/hub/login"
        return self.web.post(url, params=next_page, data=form, timeout=self.step_s)

    def get(self, path: str) -> requests.Response:
        """Return what a page answers, through all its redirects."""
        return self.web.get(self.address + path, timeout=self.step_s)

    def start(self, seconds: float = START_S) -> None:
        """Wait until the learner's own server answers."""
        self.get("/hub/spawn")
        deadline = time.monotonic() + seconds
        own = f"{self.address}/user/{self.name}/lab"
        while not self.get(f"/user/{self.name}/lab").url.startswith(own):
            assert time.monotonic() < deadline, f"no server of {self.name} after {seconds} s"
            time.sleep(0.5)

    def stop(self) -> None:
        """Stop the learner's own server, as the hub's page does."""
        self._hub("DELETE", "/server").raise_for_status()

    def running(self) -> bool:
        """Return whether the hub has a server of this learner's, without using it."""
        return bool(self._hub("GET").json()["servers"])

    def api(self, method: str, path: str, user: str = "") -> requests.Response:
        """Ask a server's REST interface: this learner's, or another's."""
        base = f"/user/{user or self.name}/"
        self.get(base + "lab")
        headers = {"X-XSRFToken": self._xsrf(base)}
        url = f"{self.address}{base}{path}"
        return self.web.request(method, url, headers=headers, timeout=self.step_s)

    def run(self, code: str, seconds: float = 60) -> str:
        """Execute *code* in a new kernel of the learner's server, and return what it prints."""
        kernel = self.api("POST", "api/kernels").json()["id"]
        base = f"/user/{self.name}/"
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.web.cookies)
        path = f"{self.address}{base}api/kernels/{kernel}/channels".replace("http", "ws", 1)
        socket = websocket.create_connection(
            path, timeout=seconds, cookie=cookies, origin=self.address
        )
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "test"}
        header |= {"username": self.name, "version": "5.3"}
        content = {"code": code, "silent": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        socket.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        printed = ""
        try:
            while True:
                answer = json.loads(socket.recv())
                if answer["parent_header"].get("msg_id") != header["msg_id"]:
                    continue
                if answer["msg_type"] == "stream":
                    printed += answer["content"]["text"]
                if answer["msg_type"] == "error":
                    printed += "\n".join(answer["content"]["traceback"])
                state = answer["content"].get("execution_state")
                if answer["msg_type"] == "status" and state == "idle":
                    return printed
        finally:
            socket.close()
            self.api("DELETE", f"api/kernels/{kernel}")

    def _hub(self, method: str, path: str = "") -> requests.Response:
        """Ask the hub's REST interface about this learner."""
        self.get("/hub/home")
        url = f"{self.address}/hub/api/users/{self.name}{path}"
        headers = {"X-XSRFToken": self._xsrf("/hub/")}
        return self.web.request(method, url, headers=headers, timeout=self.step_s)

    def _xsrf(self, base: str) -> str:
        found = [c.value for c in self.web.cookies if c.name == "_xsrf" and c.path == base]
        return found[0] if found else ""
