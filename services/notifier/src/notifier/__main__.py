"""`python -m notifier serve | consume | relay | migrate`."""

import sys

from chassis.cli import main
from notifier.app import NAME, build
from notifier.settings import NotifierSettings

if __name__ == "__main__":
    sys.exit(main(NAME, NotifierSettings, build))
