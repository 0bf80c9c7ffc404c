"""The command line."""

import click

from lexicount.count import count


@click.command()
@click.argument("text", type=click.File(encoding="utf-8"), default="-")
@click.option("--top", default=10, show_default=True, help="How many words to show.")
def main(text, top: int) -> None:
    """Counts the words of TEXT, or of standard input."""
    for word, times in count(text).most_common(top):
        click.echo(f"{times:6}  {word}")
