"""`koppla replay` and `koppla reconcile`: what operators type after a loss."""

import sys
from typing import Annotated

import typer

from koppla.options import DEFAULT_DATA, Data, give_up, say


def add_to(app: typer.Typer) -> None:
    app.command("replay")(replay)
    app.command("reconcile")(reconcile)


def replay(
    service: Annotated[str, typer.Argument(help="search, linking, notifier or activation.")],
    since: Annotated[
        str | None,
        typer.Option(help="Events written since: 2026-03-02T09:00:00Z, or as long ago as 24h."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Of one record key: a bureau_id, or bureau_id:tenant_id.")
    ] = None,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="What is so now, instead of what was said.")
    ] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Publish again what a service said; whoever took it in already drops it."""
    from koppla.replay import replay as run

    say(lambda: f"{run(data, service, since, key, snapshot=snapshot)} events to be published again")


def reconcile(
    mend: Annotated[
        bool, typer.Option("--mend", help="Publish again what is missing, and look again.")
    ] = False,
    settle: Annotated[
        int, typer.Option(min=0, help="Seconds for what is under way to arrive.")
    ] = 10,
    data: Data = DEFAULT_DATA,
) -> None:
    """Compare what linking decided with what the others know; exit code 1 where it differs."""
    from koppla.ops_client import NotRunning, OpsRefused
    from koppla.reconcile import reconcile as run

    try:
        same = run(data, settle=settle, mend=mend, tell=lambda said: sys.stdout.write(said + "\n"))
    except (NotRunning, OpsRefused) as error:
        give_up(str(error))
    if not same:
        raise typer.Exit(1)
