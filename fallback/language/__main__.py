"""`python -m fallback.language missing`: see `fallback.language.missing`."""

import sys

from fallback.language.missing import main

sys.exit(main(sys.argv[1:]))
