"""What a notebook's kernel does while it is struck: load, attach, read and close, over and over."""

import os
import time

from bpflab import load, run

EXECVE = "syscalls:sys_enter_execve"
PHASES = ("compile", "load", "attach", "read", "close")
LEAST_S = 0.03  # what is over sooner is done again, so that a strike can meet it
# Each name is the round's own, so that whatever of it is left can be found in the whole machine.
TEXT = """
struct event { u64 ktime_ns; u32 pid; };
BPF_RINGBUF_OUTPUT(r_TOKEN, 8);
BPF_ARRAY(m_TOKEN, u64, 1);
int p_TOKEN(void *ctx)
{
	struct event e = { .ktime_ns = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32 };

	m_TOKEN.atomic_increment(0);
	r_TOKEN.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""


class Work:
    """The loop, which writes into a FIFO what it does next, by the number of the phase."""

    def __init__(self, token: str, fifo: str) -> None:
        self.token, self.hook = token, {f"p_{token}": EXECVE}
        self._text = TEXT.replace("TOKEN", token)
        self._said = os.open(fifo, os.O_WRONLY)
        self._turn = 0

    def loop(self, *, blocks: bool) -> None:
        """Go on until struck: with ``with`` blocks, or as cells do that know of none."""
        while True:
            self._turn += 1
            self._say("compile")  # the text is new each time
            load(self.token, text=f"{self._text}// {os.getpid()} {self._turn}\n").close()
            self._say("load")  # and now it is known
            (self._in_blocks if blocks else self._bare)()

    def once(self) -> int:
        """Load afresh, attach, let one command run; return how often it was seen."""
        text = f"{self._text}// {os.getpid()} {time.monotonic_ns()}\n"
        with load(self.token, text=text) as program, program.attached(**self.hook):
            ran = run("/usr/bin/true")
            return len(program.log(f"r_{self.token}").frame(ran))

    def _in_blocks(self) -> None:
        with load(self.token, text=f"{self._text}// {os.getpid()} {self._turn}\n") as program:
            self._say("attach")
            for _ in self._for_a_while():
                with program.attached(**self.hook):
                    pass
            with program.attached(**self.hook):
                self._read(program)
                self._say("close")

    def _bare(self) -> None:
        program = load(self.token, text=f"{self._text}// {os.getpid()} {self._turn}\n")
        self._say("attach")
        for _ in self._for_a_while():
            program.attach(**self.hook)
            program.detach()
        program.attach(**self.hook)
        self._read(program)
        self._say("close")
        program.close()

    def _read(self, program) -> None:
        self._say("read")
        for _ in self._for_a_while():
            run("/usr/bin/true")
            program.log(f"r_{self.token}").frame()
            program.maps[f"m_{self.token}"][0]

    def _say(self, phase: str) -> None:
        os.write(self._said, str(PHASES.index(phase)).encode())

    @staticmethod
    def _for_a_while():
        ends = time.monotonic() + LEAST_S
        while time.monotonic() < ends:
            yield
