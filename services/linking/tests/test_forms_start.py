"""A service starts without the weight of what only a first download needs."""

import subprocess
import sys


def test_reportlab_is_not_loaded_before_a_form_is_asked_for() -> None:
    program = "import sys, linking.app; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
