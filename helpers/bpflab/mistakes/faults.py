"""The faults that a compiler or verifier text can mean, in the order they are looked for."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Rule:
    """A text to look for, and what it means; ``{0}`` stands for the pattern's first group."""

    kind: str
    pattern: str
    message: str
    why: str
    fix: str


COMPILER = (
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

VERIFIER = (
    Rule(
        "stack",
        r"combined stack size of (\d+) calls is (\d+)",
        "The {0} functions that call each other here need {1} bytes of stack together.",
        "A caller's variables wait on the stack under those of the function it calls, and all of "
        "them share the 512 bytes.",
        "Keep the large ones in a map or, without BCC, in static variables.",
    ),
    Rule(
        "tail-call-stack",
        r"tail_calls are not allowed when call stack of previous frames is (\d+) bytes",
        "A called function makes a tail call while its callers hold {0} bytes of stack.",
        "The tail call gives back its own frame, but its callers' stay: at most 33 times in a row. "
        "So these may hold less than 256 bytes.",
        "Make the tail call in the program itself, or keep the callers' variables in a map.",
    ),
    Rule(
        "null-check",
        r"R\d+ invalid mem access '\w*_or_null\w*'|R\d+ type=\w*_or_null\w* expected=",
        "A pointer that may be NULL is used without a check.",
        "A lookup gives NULL where there is no entry, and the kernel would read address 0.",
        "Check it first: if (!p) return 0;",
    ),
    Rule(
        "loop",
        r"infinite loop detected at insn (\d+)",
        "This loop may never end.",
        "The verifier must see an end to every path; here a round changes nothing it can count.",
        "Give it a bound: for (int i = 0; i < 64; i++).",
    ),
    Rule(
        "loop",
        r"back-edge from insn (\d+)",
        "This loop may never end.",
        "The verifier must see an end to every path.",
        "Give it a bound: for (int i = 0; i < 64; i++).",
    ),
    Rule(
        "too-complex",
        r"sequence of (\d+) jumps is too complex",
        "One path through this program leaves {0} branches to be looked at later.",
        "At each jump that may go either way the verifier follows one way and remembers the other: "
        "at most 8192 at a time.",
        "Shorten the loop, or let bpf_loop() run its body.",
    ),
    Rule(
        "too-complex",
        r"program is too (?:large|complex)|jumps is too complex|Program +too large \(\d+ insns\)",
        "The verifier gave up before it had seen every path.",
        "It follows at most a million instructions over all paths, loops unrolled.",
        "Shorten the loop, or split the program with tail calls.",
    ),
    Rule(
        "leak",
        r"Unreleased reference id=\d+ alloc_insn=(\d+)",
        "A reserved record is neither submitted nor discarded on some path.",
        "The ring would wait for it for ever: every ringbuf_reserve needs its end.",
        "Call ringbuf_submit or ringbuf_discard before every return.",
    ),
    Rule(
        "license",
        r"cannot call GPL",
        "This helper is for programs under a GPL-compatible licence.",
        "BCC's default is GPL; the text sets another.",
        "Remove the BPF_LICENSE line, or name one that is compatible.",
    ),
    Rule(
        "uninitialised",
        r"invalid (?:indirect )?read from stack",
        "Memory is read that was never written.",
        "Stack holds what an earlier call left; the kernel does not hand that out.",
        "Give the variable a value: = {{}} clears a struct with its padding.",
    ),
    Rule(
        "uninitialised",
        r"R(\d+) !read_ok",
        "Register {0} is read, and holds nothing on some path.",
        "A call leaves its result in R0 and clears R1 to R5; a good tail call never returns.",
        "Give the variable a value on every path before it is read.",
    ),
    Rule(
        "bounds",
        r"invalid access to map value, value_size=(\d+) off=(-?\d+) size=(\d+)",
        "{2} bytes at offset {1} are more than this map's value has: {0}.",
        "A lookup points to one value, and the verifier knows its size.",
        "Declare a value as large as what goes into it.",
    ),
    Rule(
        "bounds",
        r"invalid access to|unbounded|min value is|outside of the allowed memory range"
        r"|invalid variable-offset|invalid write to stack|invalid stack type|invalid zero-sized",
        "An access may fall outside of its memory.",
        "The verifier knows the largest value that an index can have, and that one is too large.",
        "Compare the index with the size first, or mask it: i & (SIZE - 1).",
    ),
    Rule(
        "pointer",
        r"R\d+ invalid mem access '(?:scalar|inv)'",
        "A number is used as a pointer.",
        "The program may follow only pointers that the kernel gave it; a global has no memory.",
        "Read foreign memory with bpf_probe_read_user or _kernel; keep a global in a map.",
    ),
    Rule(
        "helper-type",
        r"cannot use helper|unknown func|invalid func",
        "A program of this type may not call this helper.",
        "Each program type has its own list of helpers.",
        "See bpf-helpers(7), or choose another hook.",
    ),
    Rule(
        "call",
        r"last insn is not an exit or jmp",
        "A function that is not inlined was called.",
        "BCC loads each function alone, so a call from one to another has no target.",
        "Write static without noinline.",
    ),
)
