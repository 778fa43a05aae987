"""`python -m portal serve`."""

import argparse
import asyncio
import sys

from chassis.app import answer_until_signalled, listen
from chassis.settings import SettingError, load
from chassis.telemetry import configure_logging
from portal.app import NAME, opened
from portal.settings import PortalSettings


def main() -> int:
    """Runs until it is told to stop; the exit code. A bad setting is one line and a 2."""
    parser = argparse.ArgumentParser(prog=f"python -m {NAME}")
    parser.add_argument("role", choices=["serve"])
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 (a container's own network)
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    configure_logging()
    try:
        settings = load(PortalSettings)
        settings.check_sign_in()
        asyncio.run(_serve(settings, given.host, given.port))
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def _serve(settings: PortalSettings, host: str, port: int) -> None:
    try:
        bound = listen(host, port)
    except OSError as error:
        raise SettingError(f"{host}:{port}: {error.strerror}") from None
    with bound:
        async with opened(settings) as app:
            await answer_until_signalled(app, bound)


if __name__ == "__main__":
    sys.exit(main())
