"""python -m fallback: the command line's door."""

import gc
import signal
import sys

if __name__ == "__main__":
    try:
        gc.disable()  # what is read in is kept: to look through it for rubbish takes a tenth of the start
        from fallback.cli import main

        gc.enable()
        main()
    except KeyboardInterrupt:  # while the program was still starting
        sys.exit(130)
    finally:  # what is done is done: a late Ctrl-C must not make it look like a failure
        signal.signal(signal.SIGINT, signal.SIG_IGN)
