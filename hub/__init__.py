"""A class on one machine: JupyterHub, a user of the machine for each learner."""
