"""Tables for a terminal, as text."""

from rich.console import Console
from rich.table import Table


def as_text(table: Table) -> str:
    console = Console()
    with console.capture() as captured:
        console.print(table)
    return captured.get().rstrip()
