"""The faults that a text of the compiler can mean, in the order they are looked for."""

from __future__ import annotations

from bpflab.mistakes.rule import Rule

HELPERS = (
    "bpf_probe_read_user",
    "bpf_probe_read_user_str",
    "bpf_probe_read_kernel",
    "bpf_probe_read_kernel_str",
    "bpf_get_current_pid_tgid",
    "bpf_get_current_uid_gid",
    "bpf_get_current_comm",
    "bpf_get_current_task",
    "bpf_get_smp_processor_id",
    "bpf_get_prandom_u32",
    "bpf_ktime_get_ns",
    "bpf_trace_printk",
)
"""Helpers of the lessons, to guess at a misspelt one; all of them are in bpf-helpers(7)."""

RULES = (
    # Tried in order; the first that matches names the fault.
    Rule(
        "stack",
        r"stack limit",
        "The local variables need more than 512 bytes of stack.",
        "An eBPF program has 512 bytes of stack in all, for every variable together.",
        "Keep the large one in a map: a per-CPU array of one entry.",
    ),
    Rule(
        "printk-arguments",
        r"too many arg(?:ument)?s(?! to function call)",
        "A helper was given more than five arguments.",
        "A helper takes five: bpf_trace_printk spends two on the format, so three values are left.",
        "Print in two calls, or send the values through a ring buffer.",
    ),
    Rule(
        "arguments",
        r"error: (too (?:many|few) arguments to function call.*)",
        "The compiler says: {0}.",
        "",
        "Give the function as many arguments as it takes.",
    ),
    Rule(
        "builtin",
        r"A call to built-in function '(\w+)' is not supported",
        "A {0} of this size cannot be unrolled into instructions.",
        "There is no C library in the kernel: the compiler inlines up to 1024 bytes, no more.",
        "Do it in pieces of at most 1024 bytes, or only for the bytes that are used.",
    ),
    Rule(
        "ring-output",
        r"Cannot retrieve a NULL type pointer",
        "ringbuf_output was given an array; BCC needs a pointer to a struct.",
        "BCC learns an event's fields from the struct that is sent.",
        "Put the array into a struct and send &event.",
    ),
    Rule(
        "unknown-helper",
        r"(?:implicit declaration of|call to undeclared) function '(\w+)'",
        "There is no function {0}.",
        "A program can call the kernel's helpers and its own static functions, nothing else.",
        "Look for its name in bpf-helpers(7).",
    ),
    Rule(
        "library",
        r"implicitly declaring library function '(mem(?:cpy|set|move))'",
        "{0} is a function of the C library.",
        "There is no C library in the kernel; the compiler has functions of its own.",
        "Write __builtin_{0}: up to 1024 bytes it is inlined.",
    ),
    Rule(
        "library",
        r"implicitly declaring library function '(\w+)'",
        "{0} is a function of the C library.",
        "There is no C library in the kernel: a program calls helpers and its own functions.",
        "Look for a helper that does it in bpf-helpers(7).",
    ),
    Rule(
        "undeclared",
        r"use of undeclared identifier '(\w+)'",
        "Nothing named {0} is declared.",
        "A map or a variable must be declared above its first use.",
        "Declare it, or check its spelling.",
    ),
    Rule(
        "two-programs",
        r"redefinition of 'tracepoint__(\w+?)__(\w+)'",
        "Two programs of one text take struct tracepoint__{0}__{1}.",
        "BCC writes that struct's definition for each of them, so it is defined twice.",
        "Let only the attached program take it; a tail-call target takes void *ctx.",
    ),
    Rule(
        "no-tracepoint",
        r"'struct tracepoint__(\w+?)__(\w+)' will not be visible",
        "There is no tracepoint {0}:{1} that this process can read.",
        "BCC writes the struct from the tracepoint's format file in tracefs.",
        "Check its name under /sys/kernel/tracing/events; ./lab doctor looks at tracefs.",
    ),
    Rule(
        "not-static",
        r"cannot call non-static helper function",
        "A function that is called must be static.",
        "BCC loads every other function as a program of its own.",
        "Write static in front of it: it is then inlined.",
    ),
    Rule(
        "map-in-macro",
        r"cannot use map function inside a macro",
        "A map's method stands inside a #define.",
        "BCC rewrites map.method() in the text, before macros are expanded.",
        "Make the macro a static function.",
    ),
    Rule(
        "privilege",
        r"error: Operation not permitted",
        "The kernel lets this process create no map.",
        "That takes CAP_BPF.",
        "Start the lab with ./lab; ./lab doctor shows what is missing.",
    ),
    Rule(
        "map",
        r"could not open bpf map: (\w+), error: (.+)",
        "The kernel refused to make the map {0}: {1}.",
        "Its size or type is not one the kernel allows (a ring's pages are a power of two).",
        "Check its declaration.",
    ),
    Rule(
        "memory",
        r"std::bad_alloc|MemoryError|[Oo]ut of memory|failed to map segment|Cannot allocate memory"
        r"|Fatal Python error|can't start new thread",
        "There was not enough memory to compile.",
        "The compiler takes some 300 MB of addresses for as long as it runs.",
        "Close the kernels of other notebooks, or raise the limit (ulimit -v), and load again.",
    ),
    Rule(
        "no-headers",
        r"Unable to find kernel headers|chdir\(.*\): No such file",
        "BCC found no headers for the running kernel.",
        "It compiles against /lib/modules/$(uname -r)/build.",
        "./lab installs them; ./lab doctor says which.",
    ),
    Rule(
        "no-include",
        r"'([^']+)' file not found",
        "There is no header {0}.",
        "",
        "Check its name.",
    ),
    Rule(
        "type",
        r"error: (.*incompatible.*)",
        "The compiler says: {0}.",
        "",
        "Make both sides of one type.",
    ),
    Rule(
        "syntax",
        r"error: (.*expected.*)",
        "The compiler says: {0}.",
        "",
        "Look at this line and the one above.",
    ),
    Rule(
        "compile",
        r"error: (.+)",
        "The compiler says: {0}.",
        "",
        "Read the compiler's whole text in .log.",
    ),
)
"""Tried in order; the first that matches names the fault."""
