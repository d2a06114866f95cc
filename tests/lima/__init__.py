"""The virtual machine's template: held against Lima's rules, and its provisioning run for real."""
