"""What a deployment in containers calls: secrets, topics, and the gateway's own pages."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def secrets(
    out: Annotated[Path, typer.Option(help="The folder, a file each; what is there stays.")],
    development: Annotated[
        bool, typer.Option("--development", help="Also an issuer and MailDev as mail server.")
    ] = False,
) -> None:
    """Make what no two installations may share, at random, for compose.yaml."""
    from koppla.deployment_secrets import write

    for path in write(out, development=development):
        sys.stdout.write(f"{path}\n")


@app.command()
def topics() -> None:
    """Create the topics that the broker of KOPPLA_KAFKA lacks."""
    import asyncio

    from aiokafka.errors import KafkaError

    from chassis.kafka import KafkaSettings, ensure_topics
    from chassis.kafka_access import check_access
    from chassis.settings import SettingError, load
    from contracts.topics import TOPICS

    async def make(settings: KafkaSettings) -> list[str]:
        await check_access(settings)
        return await ensure_topics(settings, TOPICS)

    try:
        made = asyncio.run(make(load(KafkaSettings)))
    except SettingError as error:
        _give_up(str(error))
    except (KafkaError, OSError) as error:
        _give_up(f"the broker does not make the topics: {type(error).__name__}: {error}")
    sys.stdout.write("".join(f"{name}\n" for name in made))


@app.command()
def pages(
    host: Annotated[str, typer.Option()] = "0.0.0.0",  # noqa: S104 (a container's own network)
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
) -> None:
    """Serve what no service answers: documents, readiness of all, consumers' lag."""
    import asyncio

    from chassis.settings import SettingError, load
    from chassis.telemetry import configure_logging
    from koppla.lookout import LookoutSettings, run

    configure_logging()
    try:
        asyncio.run(run(load(LookoutSettings), host, port))
    except SettingError as error:
        _give_up(str(error))


@app.command()
def settled(
    deadline: Annotated[float, typer.Option(min=0, help="Seconds.")] = 180,
) -> None:
    """Wait until every service has taken in what the broker of KOPPLA_KAFKA holds."""
    import asyncio
    import logging

    from chassis.kafka import KafkaSettings
    from chassis.settings import SettingError, load
    from chassis.telemetry import configure_logging
    from koppla import lookout

    configure_logging("ERROR")
    # It is asked again; that the broker did not tell at first is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        asyncio.run(lookout.settled(load(KafkaSettings), deadline))
    except (SettingError, TimeoutError) as error:
        _give_up(str(error))


@app.command()
def walk(
    url: Annotated[str, typer.Option(help="The gateway.")] = "http://localhost:8080",
    data: Annotated[Path, typer.Option(help="Where the development issuer lies.")] = Path(
        ".secrets/issuer"
    ),
    maildev: Annotated[str, typer.Option(help="Where MailDev shows mails.")] = (
        "http://localhost:1080"
    ),
) -> None:
    """Print what to try, from search to sign-in, in a deployment for development."""
    from koppla.walk import text

    sys.stdout.write(text(url, data, maildev) + "\n")


def _give_up(reason: str) -> None:
    sys.stderr.write(reason.strip().replace("\n", " ") + "\n")
    raise typer.Exit(2) from None
