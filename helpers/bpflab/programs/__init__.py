"""Programs in the kernel: loaded, attached, measured, closed."""
