"""What several commands take, and how they speak."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

DEFAULT_DATA = Path(".koppla")
Data = Annotated[Path, typer.Option("--data", help="The data folder of the run.")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT instead of --data's broker.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


def give_up(reason: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    sys.stderr.write(reason.strip().replace("\n", " ") + "\n")
    raise typer.Exit(2)


def say(work: Callable[[], str]) -> None:
    """Prints what an operator's call says; one line and exit code 2 where it is refused."""
    from koppla.ops_client import NotRunning, OpsRefused

    try:
        sys.stdout.write(work() + "\n")
    except (NotRunning, OpsRefused) as error:
        give_up(str(error))
