"""One check of a machine, and what several tests write into one."""

from bpflab import doctor

EXEC = "/sys/kernel/tracing/events/syscalls/sys_enter_execve/format"
VIRTUAL_MACHINE = "./lab --vm   # or leave this kernel as it is: the lab in a virtual machine"
# Makefiles of the kernel's headers, by the dialect of C that they ask for.
OLD = "KBUILD_CFLAGS := -O2\n# not yet -fms-extensions\n"
FIRST = "KBUILD_CFLAGS += -fms-extensions\n"  # as Linux 6.19 has it
LATER = "CC_FLAGS_DIALECT += $(CONFIG_CC_MS_EXTENSIONS)\n"  # as Linux 7.2 has it


def look(machine, name):
    """Examine the machine and return the check of this name."""
    return next(check for check in doctor.examine(machine) if check.name == name)
