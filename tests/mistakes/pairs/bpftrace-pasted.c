/* kind: bpftrace  line: 1  also: none  says: Write a function for it */
tracepoint:syscalls:sys_enter_unlinkat { @[comm] = count(); }
