"""`python -m activation serve | consume | relay | migrate`."""

import sys

from activation.app import NAME, build
from activation.settings import ActivationSettings
from chassis.cli import main

if __name__ == "__main__":
    sys.exit(main(NAME, ActivationSettings, build))
