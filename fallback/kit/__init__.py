"""The stick: what it holds, how it is built and sealed, and what a computer without anything does with it."""
