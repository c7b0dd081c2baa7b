"""python -m fallback: the command line's door."""

import sys

if __name__ == "__main__":
    try:
        from fallback.cli import main

        main()
    except KeyboardInterrupt:  # while the program was still starting or already ending
        sys.exit(130)
