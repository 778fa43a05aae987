"""The `koppla` command."""

from koppla.commands import app


def main() -> None:
    app(prog_name="koppla")


if __name__ == "__main__":
    main()
