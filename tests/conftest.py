"""What holds for all tests, however they were started."""

from __future__ import annotations

import signal

# Whoever runs in the background inherits that Ctrl-C is ignored, and so would the
# programs that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
