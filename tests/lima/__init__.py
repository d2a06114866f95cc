"""The virtual machine's template: read, checked by Lima where it is installed, and provisioned."""
