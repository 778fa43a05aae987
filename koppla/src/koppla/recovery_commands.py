"""`koppla replay` and `koppla reconcile`: what operators type after a loss."""

from typing import Annotated

import typer

from koppla.options import DEFAULT_DATA, Data, say


def add_to(app: typer.Typer) -> None:
    app.command("replay")(replay)


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
