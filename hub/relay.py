"""Passes bytes on between a call that QEMU hands over and a port of this machine, both ways.

``relay.py PORT``: standard input and output are the call. It ends as soon as one side has ended.
"""

import os
import select
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as hub:
    to = {sys.stdin.fileno(): hub.fileno(), hub.fileno(): sys.stdout.fileno()}
    while True:
        for source in select.select(list(to), [], [])[0]:
            data = os.read(source, 65536)
            if not data:
                sys.exit()
            while data:
                data = data[os.write(to[source], data) :]
