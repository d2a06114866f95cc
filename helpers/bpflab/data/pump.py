"""Rings read in the background, for as long as a view shows their events."""

from __future__ import annotations

import threading
import time
import weakref

from bpflab.data.events import EventLog

LEASE_S = 10.0  # a view that is drawn less often than that is not live
_BUSY_S, _QUIET_S = 0.01, 0.05  # between two reads of a ring that has events, or none
_PRESSED_S = 0.001  # or so many that it may be full before the next


class Pump:
    """One thread that reads the rings of all logs that were asked for lately."""

    def __init__(self) -> None:
        self._until: weakref.WeakKeyDictionary[EventLog, float] = weakref.WeakKeyDictionary()
        self._failed: weakref.WeakKeyDictionary[EventLog, Exception] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, log: EventLog, seconds: float = LEASE_S) -> None:
        """Read *log*'s ring in the background for the next *seconds*; asking again prolongs it.

        Raises:
            Exception: what ended the reading of this ring since the last call. The next call
                tries again.
        """
        with self._lock:
            if (error := self._failed.pop(log, None)) is not None:
                raise error
            self._until[log] = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bpflab-pump", daemon=True)
                self._thread.start()

    def release(self, log: EventLog) -> None:
        """Stop reading *log*'s ring."""
        with self._lock:
            self._until.pop(log, None)

    def _run(self) -> None:
        while logs := self._due():
            pause = _QUIET_S
            for log in logs:
                try:
                    came = log.pump()
                except Exception as error:
                    self._fail(log, error)
                else:
                    pause = min(pause, _PRESSED_S if log.pressed else _BUSY_S if came else pause)
            del logs, log  # the thread keeps no log alive while it sleeps
            time.sleep(pause)

    def _fail(self, log: EventLog, error: Exception) -> None:
        """Read this log no more, and keep the reason for whoever looks at it."""
        with self._lock:
            self._until.pop(log, None)
            self._failed[log] = error.with_traceback(None)  # frames would keep the log alive

    def _due(self) -> list[EventLog]:
        """Return the logs to read; with none left the thread ends."""
        with self._lock:
            now = time.monotonic()
            for log, until in list(self._until.items()):
                if until < now:
                    del self._until[log]
            logs = list(self._until)
            if not logs:
                self._thread = None
            return logs


pump = Pump()
