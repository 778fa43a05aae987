"""`python -m search serve | consume | relay | migrate`."""

import sys

from chassis.cli import main
from search.app import NAME, build
from search.settings import SearchSettings

if __name__ == "__main__":
    sys.exit(main(NAME, SearchSettings, build))
