"""What the lab asks of BCC, of libbpf and of the kernel itself."""
