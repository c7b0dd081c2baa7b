"""python -m fallback: the command line's door."""

import signal
import sys

if __name__ == "__main__":
    try:
        from fallback.cli import main

        main()
    except KeyboardInterrupt:  # while the program was still starting
        sys.exit(130)
    finally:  # what is done is done: a late Ctrl-C must not make it look like a failure
        signal.signal(signal.SIGINT, signal.SIG_IGN)
