"""Functions of C and of the kernel that a program cannot call, and what to write instead."""

from __future__ import annotations

from bpflab.bindings import kallsyms
from bpflab.errors import LabError, Place
from bpflab.source import Source

_PRINT = (
    'To print, write {print}("…", …): up to three numbers, into the trace pipe. To keep a value, '
    "make it a field of the event."
)
_FORMAT = (
    "Send the values as fields of an event, and put the text together in Python. To print, write "
    '{print}("…", …).'
)
_LENGTH = (
    "Count in a loop that has an end: for (n = 0; n < sizeof(s) && s[n]; n++). "
    "bpf_probe_read_user_str() and bpf_probe_read_kernel_str() return the length of a copy."
)
_COMPARE = (
    "Compare the characters: if (s[0] == 'l' && s[1] == 's' && s[2] == 0). Or compare in Python."
)
_COPY = (
    'A text of your own is copied by __builtin_memcpy(to, "text", sizeof("text")). From an '
    "address of the process copy with bpf_probe_read_user_str(to, sizeof(to), from)."
)
_MEMORY = (
    "Declare a local array of at most 512 bytes, or take the value of a per-CPU array of one entry."
)
_WAIT = "A program cannot wait. Wait in Python, or compare bpf_ktime_get_ns() at the next event."
_END = "To end the program, write return 0;"
_NUMBER = "Send the text as a char array of the event, and make a number of it in Python."
_SYSTEM = "A program cannot make system calls. Send what is needed to Python, and do it there."
_MATH = "BPF has no floating-point numbers. Send the whole numbers, and calculate in Python."
_LOCK = "A program cannot wait for a lock. Add with __sync_fetch_and_add(), or use a per-CPU map."
_USER = (
    "Copy with bpf_probe_read_user(to, sizeof(to), from); a string with bpf_probe_read_user_str."
)
_INSTEAD = {
    "printf puts putchar fprintf vprintf dprintf perror print": _PRINT,
    "printk _printk pr_info pr_err pr_debug trace_printk": _PRINT,
    "snprintf sprintf vsnprintf vsprintf scnprintf asprintf strcat strncat strlcat itoa strftime": (
        _FORMAT
    ),
    "strlen strnlen strnlen_user": _LENGTH,
    "strcmp strncmp strcasecmp strncasecmp memcmp bcmp strstr strchr strrchr strnstr strspn": (
        _COMPARE
    ),
    "strcpy strncpy strlcpy strscpy stpcpy strdup strndup kstrdup": _COPY,
    "malloc calloc realloc free alloca kmalloc kzalloc kcalloc kfree vmalloc vfree": _MEMORY,
    "sleep usleep nanosleep msleep mdelay udelay ndelay schedule pause wait poll select": _WAIT,
    "exit _exit abort panic assert BUG BUG_ON do_exit": _END,
    "atoi atol atoll strtol strtoul strtoll sscanf scanf simple_strtol kstrtoint kstrtoul": _NUMBER,
    "open read write close fopen fread fwrite fclose fputs fgets send recv": _SYSTEM,
    "socket connect system fork execve kill getenv ioctl mmap stat": _SYSTEM,
    "sqrt pow exp log log2 log10 sin cos tan floor ceil round fabs fmod": _MATH,
    "mutex_lock mutex_unlock spin_lock spin_unlock pthread_mutex_lock pthread_create": _LOCK,
    "copy_from_user copy_to_user get_user put_user strncpy_from_user": _USER,
    "memcpy memset memmove": "Write __builtin_{name}: up to 1024 bytes it becomes instructions.",
    "bzero": "Write __builtin_memset(to, 0, sizeof(to)).",
    "getpid gettid getppid task_pid_nr current_pid": (
        "The process ID is bpf_get_current_pid_tgid() >> 32, the thread ID (u32) of it."
    ),
    "getuid geteuid getgid current_uid": "The user ID is (u32)bpf_get_current_uid_gid().",
    "time gettimeofday clock_gettime clock ktime_get ktime_get_ns ktime_get_real_ns": (
        "Write bpf_ktime_get_ns(): nanoseconds since the machine started."
    ),
    "rand random srand rand_r get_random_bytes get_random_u32 prandom_u32": (
        "Write bpf_get_prandom_u32()."
    ),
    "get_current get_current_task": (
        "Write (struct task_struct *)bpf_get_current_task(), with #include <linux/sched.h>."
    ),
    "smp_processor_id sched_getcpu raw_smp_processor_id getcpu": (
        "Write bpf_get_smp_processor_id()."
    ),
    "abs labs": "Write it out: x < 0 ? -x : x.",
}
CURRENT = r"\bcurrent\b\s*(?:->|[,;)])"
"""Where a text reads the kernel's ``current``."""
OF_CURRENT = (
    "current is read by an instruction of this machine, which BPF does not have.",
    "It is a macro of the kernel's.",
    "Write (struct task_struct *)bpf_get_current_task() in its place.",
)
"""What is said of it: message, reason, advice."""
OF_HEADER = (
    "The text uses a function of a kernel header that is written in this machine's instructions.",
    "BPF has its own instructions, and such a function becomes none of them.",
    "Leave its call out: look for a helper that does it, or read the field with"
    " bpf_probe_read_kernel.",
)
"""The same of other functions of the headers."""
_ADVICE = {name: advice for names, advice in _INSTEAD.items() for name in names.split()}
_INLINED = ("memcpy", "memset", "memmove")


def advice(source: Source, name: str) -> str:
    """Return what to write in place of a call of *name*, or nothing where that is not known."""
    found = _ADVICE.get(name.removeprefix("__builtin_"), "")
    if name.startswith("__builtin_") and name.removeprefix("__builtin_") in _INLINED:
        return "Do it in pieces of at most 1024 bytes, with a length that is a constant."
    printk = "bpf_printk" if source.dialect == "libbpf" else "bpf_trace_printk"
    return found.replace("{print}", printk).replace("{name}", name)


def fault(source: Source, name: str, place: Place | None) -> LabError | None:
    """Return the refusal of a call of *name*, if it is such a function; None if it is unknown."""
    bare = name.removeprefix("__builtin_")
    if bare in _INLINED and name == bare:
        message = f"{name} is a function of the C library, and there is none in the kernel."
        why = "The compiler has a function of its own that does the same."
    elif bare in _ADVICE:
        message = f"A program cannot call {name}."
        why = "It can call helpers, whose names begin with bpf_, and functions of its own text. "
        why += "There is no C library in the kernel, and the kernel's own functions are not open."
    elif bare.startswith("bpf_") and bare in kallsyms.functions():
        bcc = source.dialect == "bcc"
        return LabError(
            "library",
            f"{name} is a function of the kernel, and BCC has no way to call it."
            if bcc
            else f"{name} is a function of the kernel, and this text does not declare it.",
            place=place,
            why="It is no helper. Some functions of the kernel are made for programs (kfuncs): a "
            "text for libbpf declares and calls them.",
            fix="Look for a helper that does it in bpf-helpers(7). Or write the program for libbpf."
            if bcc
            else f"If it is a kfunc, declare it: extern … {name}(…) __ksym;",
        )
    elif bare in kallsyms.functions():
        message = f"{name} is a function of the kernel, and a program cannot call it."
        why = "It can call helpers, whose names begin with bpf_, and functions of its own text."
    else:
        return None
    fix = advice(source, name) or "Look for a helper that does it in bpf-helpers(7)."
    return LabError("library", message, place=place, why=why, fix=fix)
