"""Runs a command on a terminal: rows, columns, how often it must have drawn anew, command. What it wrote goes to stdout."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

rows, columns, redrawn = (int(text) for text in sys.argv[1:4])
primary, secondary = pty.openpty()
fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
child = os.fork()
if child == 0:
    os.setsid()
    for descriptor in (0, 1, 2):
        os.dup2(secondary, descriptor)
    os.execvp(sys.argv[4], sys.argv[4:])
os.close(secondary)

written = b""
end = time.monotonic() + 40
while written.count(b"\x1b[0J") < redrawn and time.monotonic() < end:
    if select.select([primary], [], [], 1)[0]:
        try:
            chunk = os.read(primary, 65536)
        except OSError:  # The command has ended.
            break
        written += chunk
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
sys.stdout.buffer.write(written)
