"""The lab in virtual machines: a distribution's own kernel and BCC, whatever this machine runs."""
