"""python -m fallback: the command line's door."""

from fallback.cli import main

if __name__ == "__main__":
    main()
