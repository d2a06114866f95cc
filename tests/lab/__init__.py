"""The `lab` script and scripts/, on machines that a PATH of stubs makes up: no root, no network."""
