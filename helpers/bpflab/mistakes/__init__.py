"""What the compiler, libbpf or the kernel refused, in words, at the learner's line."""
