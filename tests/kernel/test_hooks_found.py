"""Whether what hook says of reading is true, and what the C library calls, on this machine."""

import platform
import shutil
import subprocess

import pytest

from bpflab import load, run
from bpflab.bindings import perfevent, tracepoints
from bpflab.data import prototypes
from bpflab.inspect.hook import hook
from bpflab.reference.events import EVENTS, LIBC
from bpflab.syscalls import number

pytestmark = pytest.mark.usefixtures("nothing_left")

STARTS = [
    "sock:inet_sock_set_state",
    "sched:sched_process_exec",
    "sched:sched_switch",
    "syscalls:sys_enter_openat",
    "syscalls:sys_exit_openat",
    "raw_syscalls:sys_enter",
    "block:block_rq_issue",
    "skb:kfree_skb",
    "sched_switch",
    "sys_enter",
    "sched_process_exec",
]


PT_REGS = "#include <linux/ptrace.h>\n"


def after_head(start):
    """Return the C of a cell, without its first line."""
    return start.partition("\n")[2]


@pytest.mark.parametrize("name", STARTS)
def test_a_start_is_loaded_and_attached(name):
    """As it is shown, below the line that says where it belongs."""
    made = hook(name)
    with load("start", text=after_head(made.start)) as program:
        assert program.type == made.type
        with program.attached(name):
            assert program.links


@pytest.mark.skipif(not prototypes.TYPES.exists(), reason="built without its types (BTF)")
@pytest.mark.parametrize(
    "name", ["kthread_create_on_node", "call_usermodehelper_setup", "seq_printf"]
)
def test_arguments_of_a_function_are_read_in_c(name, monkeypatch):
    """Of every type, as the compiler finds, in a kernel without kprobes, too; and so is a start."""
    monkeypatch.setattr(perfevent, "KPROBES", prototypes.TYPES)
    made = hook(name)
    reads = [read for read in made.fields["read"] if "&e." not in read]
    assert reads
    lines = [f"\t*(volatile u64 *)&x = (u64){read};" for read in reads]
    body = "\n".join(["{", "\tu64 x = 0;", *lines, "\treturn x == 1;", "}"])
    for text in (f"{PT_REGS}int hook(struct pt_regs *ctx)\n{body}\n", after_head(made.start)):
        load("read", text=text, type="kprobe").close()
    assert PT_REGS.strip() in made.view().text


READS = """
struct event {{ u32 pid; char filename[64]; char comm[16]; }};
BPF_RINGBUF_OUTPUT(events, 8);
int hook({context}ctx)
{{
	struct event e = {{.pid = bpf_get_current_pid_tgid() >> 32}};
	{read};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}}
"""


@pytest.mark.parametrize(
    ("name", "field", "is_read"),
    [
        ("sched:sched_process_exec", "filename", "/usr/bin/true"),
        ("syscalls:sys_enter_execve", "filename", "/usr/bin/true"),
        ("syscalls:sys_enter_openat", "filename", "/etc/ld.so.cache"),
        ("sched:sched_process_exit", "comm", "true"),
    ],
)
def test_a_text_is_read_as_it_is_said(name, field, is_read):
    """Behind the event, in the memory of the process, in the event itself."""
    made = hook(name)
    read = made.fields.set_index("field")["read"][field]
    with load("read", text=READS.format(context=made.context, read=read)) as program:
        with program.attached(name):
            mine = run("/usr/bin/true")
        assert is_read in program.events.frame(mine)[field].tolist()


def test_what_is_said_of_this_kernel_is_there():
    """The events that somebody described, and the calls that the C library makes."""
    known = tracepoints.names()
    assert len([name for name in EVENTS if name in known]) > 40
    calls = {call for each in LIBC.values() for call in each}
    if platform.machine() == "x86_64":
        assert not [call for call in calls if f"syscalls:sys_enter_{call}" not in known]


LIBRARY = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void *nothing(void *x) { return x; }
#define CASE(name, ...) else if (!strcmp(asked, #name)) { __VA_ARGS__; }
static void call(const char *asked)
{
	struct stat st; struct statvfs vfs; struct rlimit limit; struct sigaction action = {0};
	struct timespec moment = {0, 1}; struct timeval tv = {0, 1}; sigset_t set; pthread_t thread;
	char *argv[] = {"true", 0}, text[9], name[] = "/tmp/bpflab-XXXXXX"; pid_t pid; int two[2];
	FILE *null = fopen("/dev/null", "w"), *passwd = fopen("/etc/passwd", "r");
	DIR *root = opendir("/");
	socketpair(AF_UNIX, SOCK_STREAM, 0, two);
	getppid();
	if (0) ;
	CASE(open, open("/", 0)) CASE(fopen, fopen("/dev/null", "r")) CASE(opendir, opendir("/"))
	CASE(mkstemp, mkstemp(name)) CASE(readdir, readdir(root)) CASE(stat, stat("/", &st))
	CASE(lstat, lstat("/", &st)) CASE(statvfs, statvfs("/", &vfs)) CASE(remove, remove("/nx"))
	CASE(lockf, lockf(1, F_TEST, 0)) CASE(isatty, isatty(0)) CASE(pread, pread(0, text, 1, 0))
	CASE(pwrite, pwrite(1, text, 1, 0)) CASE(fread, fread(text, 1, 1, passwd))
	CASE(fgets, fgets(text, 9, passwd)) CASE(fwrite, fwrite("x", 1, 1, null); fflush(null))
	CASE(printf, printf("x"); fflush(stdout)) CASE(puts, puts("x"); fflush(stdout))
	CASE(fork, if (!fork()) _exit(0)) CASE(system, system("true")) CASE(popen, popen("true", "r"))
	CASE(posix_spawn, posix_spawn(&pid, "/usr/bin/true", 0, 0, argv, 0))
	CASE(pthread_create, pthread_create(&thread, 0, nothing, 0))
	CASE(execl, execl("/usr/bin/true", "true", NULL)) CASE(execv, execv("/usr/bin/true", argv))
	CASE(execvp, execvp("true", argv))
	CASE(fexecve, fexecve(open("/usr/bin/true", 0), argv, argv + 1))
	CASE(wait, wait(0)) CASE(waitpid, waitpid(-1, 0, 0)) CASE(exit, exit(0)) CASE(_exit, _exit(0))
	CASE(raise, raise(SIGTERM)) CASE(abort, abort()) CASE(signal, signal(SIGUSR1, SIG_IGN))
	CASE(sigaction, sigaction(SIGUSR1, &action, 0))
	CASE(sigprocmask, sigprocmask(SIG_BLOCK, 0, &set)) CASE(sleep, sleep(1)) CASE(usleep, usleep(1))
	CASE(nanosleep, nanosleep(&moment, 0)) CASE(select, select(0, 0, 0, 0, &tv))
	CASE(send, send(two[0], "x", 1, 0)) CASE(recv, recv(two[0], text, 1, MSG_DONTWAIT))
	CASE(pipe, pipe(two)) CASE(eventfd, eventfd(0, 0))
	CASE(getrlimit, getrlimit(RLIMIT_CORE, &limit))
	CASE(setrlimit, getrlimit(RLIMIT_CORE, &limit); setrlimit(RLIMIT_CORE, &limit))
	CASE(malloc, malloc(1 << 19); malloc(130000); malloc(130000))
	CASE(gettimeofday, gettimeofday(&tv, 0)) CASE(time, time(0))
	CASE(clock_gettime, clock_gettime(CLOCK_MONOTONIC, &moment))
	else exit(9);
	getppid();
	unlink(name);
}
int main(int argc, char **argv)
{
	call(argv[1]);
	return 0;
}
"""
CALLS = """
struct event { u32 pid; long id; };
BPF_RINGBUF_OUTPUT(events, 64);
int hook(struct tracepoint__raw_syscalls__sys_enter *ctx)
{
	struct event e = {.pid = bpf_get_current_pid_tgid() >> 32, .id = ctx->id};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="another machine has other calls")
@pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc")
def test_the_c_library_calls_what_is_said_of_it(tmp_path):
    """Each function of the table, executed once between two calls of getppid."""
    (tmp_path / "library.c").write_text(LIBRARY)
    binary = str(tmp_path / "library")
    subprocess.run(
        ["gcc", "-w", "-O0", "-pthread", "-o", binary, tmp_path / "library.c"], check=True
    )
    marker, missing = number("getppid"), {}
    with load("calls", text=CALLS) as program:
        for function, calls in LIBC.items():
            with program.attached():
                mine = run(binary, function)
            assert 9 not in mine.returncodes, f"the program does not know {function}"
            made = program.events.frame(mine)["id"].tolist()
            made = made[made.index(marker) + 1 :]
            made = made[: made.index(marker)] if marker in made else made
            wanted = [number(call) for call in calls]
            if not set(wanted) & set(made) if wanted else made:
                missing[function] = made
    assert missing == {}
