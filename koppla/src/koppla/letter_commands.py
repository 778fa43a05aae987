"""`koppla dead-letters`: what operators type."""

import sys
from typing import Annotated

import typer

from koppla.options import DEFAULT_DATA, AsJson, Data, give_up, say

dead_letters = typer.Typer(help="Records that a service could not take.", no_args_is_help=True)

LetterId = Annotated[str, typer.Argument(help="The id that `list` shows.")]
Service = Annotated[
    str | None, typer.Option("--service", help="search, linking, notifier or activation.")
]


@dead_letters.command("list")
def list_letters(
    service: Service = None,
    topic: Annotated[str | None, typer.Option(help="Only those of one topic.")] = None,
    status: Annotated[
        str,
        typer.Option(help="open, waiting, retried, superseded, discarded, unsettled or all."),
    ] = "unsettled",
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Show those of all services that somebody has to settle, the newest first."""
    from koppla.dead_letters import listed

    say(lambda: listed(data, service, topic, status, as_json=as_json))


@dead_letters.command("show")
def show_letter(
    letter_id: LetterId,
    service: Service = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Show one with its record, its headers and what was done with it."""
    from koppla.dead_letters import shown

    say(lambda: shown(data, letter_id, service, as_json=as_json))


@dead_letters.command("retry")
def retry_letter(
    letter_id: LetterId,
    reason: Annotated[str | None, typer.Option(help="For those who look at it later.")] = None,
    service: Service = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Run its record through its handler again; exit code 1 where that fails again."""
    from koppla.dead_letters import retry
    from koppla.ops_client import NotRunning, OpsRefused

    try:
        settled, said = retry(data, letter_id, reason, service, as_json=as_json)
    except (NotRunning, OpsRefused) as error:
        give_up(str(error))
    sys.stdout.write(said + "\n")
    if not settled:
        raise typer.Exit(1)


@dead_letters.command("discard")
def discard_letter(
    letter_id: LetterId,
    reason: Annotated[str, typer.Option(help="Why its record need not take effect.")],
    service: Service = None,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Its record never takes effect; what waited behind it does."""
    from koppla.dead_letters import discard

    say(lambda: discard(data, letter_id, reason, service, as_json=as_json))
