"""`python -m linking serve | consume | relay | migrate`."""

import sys

from chassis.cli import main
from linking.app import NAME, build
from linking.settings import LinkingSettings

if __name__ == "__main__":
    sys.exit(main(NAME, LinkingSettings, build))
