"""What operators type. Each command imports what it needs when it runs: `koppla token` is quick."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="Koppla: how an accounting bureau gets access to a client's books.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(help="Publish the platform's registers.", no_args_is_help=True)
app.add_typer(imports, name="import")

DEFAULT_DATA = Path(".koppla")
Data = Annotated[Path, typer.Option("--data", help="The data folder of the run.")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT instead of --data's broker.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


def give_up(reason: str) -> NoReturn:
    """One line on standard error, exit code 2."""
    sys.stderr.write(reason.strip().replace("\n", " ") + "\n")
    raise typer.Exit(2)


@app.command()
def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    demo: Annotated[bool, typer.Option("--demo", help="Import a demo directory if empty.")] = False,
    kafka: Annotated[str | None, typer.Option(help="HOST:PORT of a Kafka to use instead.")] = None,
    postgres: Annotated[
        str | None, typer.Option(help="postgresql:// URL of a server to make databases on.")
    ] = None,
    smtp: Annotated[
        str | None, typer.Option(help="smtp:// URL to send to instead of the inbox.")
    ] = None,
) -> None:
    """Run all services in the foreground until Ctrl-C."""
    from koppla.up import CannotStart, Options, run

    try:
        run(Options(data, port, demo, kafka, postgres, smtp))
    except CannotStart as error:
        give_up(str(error))


@app.command("demo-data")
def demo_data(
    out: Annotated[Path, typer.Option(help="The folder for clients.jsonl and bureaus.jsonl.")],
    clients: Annotated[int, typer.Option(min=0)] = 1000,
    bureaus: Annotated[int, typer.Option(min=0)] = 20,
    seed: int = 1,
) -> None:
    """Write a made-up directory; the same seed gives the same bytes."""
    from koppla import demo_data as generator

    try:
        for path in generator.write(out, clients, bureaus, seed):
            sys.stdout.write(f"{path}\n")
    except (ValueError, OSError) as error:
        give_up(str(error))


@app.command()
def token(
    sub: Annotated[str, typer.Option(help="The user id.")],
    role: Annotated[list[str], typer.Option(help="May be repeated.")],
    bureau: Annotated[str | None, typer.Option()] = None,
    name: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds it is good for.")] = 3600,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a bearer token of the development issuer."""
    from koppla.profile import names_a_real_issuer

    if names_a_real_issuer():
        give_up("KOPPLA_JWKS_URL names a real issuer: get tokens there")
    from koppla.issuer import DevelopmentIssuer

    issuer = DevelopmentIssuer(data)
    made = issuer.token(sub, role, bureau_id=bureau, name=name, email=email, ttl=ttl)
    sys.stdout.write(made + "\n")


def _import(
    kind: str,
    file: Path,
    data: Path,
    kafka: str | None,
    replace: bool,
    confirm_deletes: int | None,
    skip_invalid: bool,
) -> None:
    import logging

    from koppla.directory_import import ImportRefused, ImportRun

    # What goes wrong with the broker is said once, by us.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    run = ImportRun(kind, file, data, kafka, replace, confirm_deletes, skip_invalid)
    try:
        sys.stdout.write(run.run() + "\n")
    except ImportRefused as error:
        sys.stderr.write(str(error) + "\n")
        raise typer.Exit(2) from None


File = Annotated[
    Path, typer.Argument(help="JSON lines or CSV, UTF-8.", exists=True, dir_okay=False)
]
Replace = Annotated[bool, typer.Option("--replace", help="Delete what the file lacks.")]
Confirm = Annotated[
    int | None, typer.Option("--confirm-deletes", help="How many deletions are meant.")
]
Skip = Annotated[bool, typer.Option("--skip-invalid", help="Publish the lines that are right.")]


@imports.command("clients")
def import_clients(
    file: File,
    data: Data = DEFAULT_DATA,
    kafka: Kafka = None,
    replace: Replace = False,
    confirm_deletes: Confirm = None,
    skip_invalid: Skip = False,
) -> None:
    """Publish client records."""
    _import("clients", file, data, kafka, replace, confirm_deletes, skip_invalid)


@imports.command("bureaus")
def import_bureaus(
    file: File,
    data: Data = DEFAULT_DATA,
    kafka: Kafka = None,
    replace: Replace = False,
    confirm_deletes: Confirm = None,
    skip_invalid: Skip = False,
) -> None:
    """Publish bureau records."""
    _import("bureaus", file, data, kafka, replace, confirm_deletes, skip_invalid)


@app.command()
def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Lag, backlog, relay holder and dead letters of each service."""
    from koppla.status import NotRunning, show

    try:
        sys.stdout.write(show(data, as_json=as_json) + "\n")
    except NotRunning as error:
        give_up(str(error))
