"""The `chutes-prod` program: its commands, and how errors leave it.

Imports nothing heavy: each command imports what it needs when it runs, so that
``chutes-prod --help`` stays instant.
"""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from chutes_cli import __version__
from chutes_cli.cli import audit, explain, loadtest, new
from chutes_cli.cli.exits import Exit, exit_code_of
from chutes_cli.core.errors import ChutesProdError

app = typer.Typer(
    name="chutes-prod",
    help="Take a chute from an empty folder to provably production-ready.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("new", no_args_is_help=False)(new.new)
app.command("audit")(audit.audit)
app.command("explain", no_args_is_help=True)(explain.explain)
app.command("checks")(explain.checks)
app.command("loadtest")(loadtest.loadtest)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"chutes-prod {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Take a chute from an empty folder to provably production-ready.

    Exit codes: 0 ok; 1 a finding, SLO or gate failed; 2 wrong usage; 3 the job could
    not be done.
    """


def show_error(error: ChutesProdError) -> None:
    """Print an error to stderr: what, where, the details and what to do."""
    typer.echo(f"error: {error.what}", err=True)
    if error.where:
        typer.echo(f"  where: {error.where}", err=True)
    if error.detail:
        for line in error.detail.splitlines():
            typer.echo(f"  | {line}", err=True)
    if error.hint:
        typer.echo(f"  help: {error.hint}", err=True)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with a code of the CLI contract.

    Args:
        arguments: The words after the program's name; ``sys.argv[1:]`` by default.
    """
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    # Accepted anywhere: who meets an error adds it at the end of the line.
    words = [word for word in given if word != "--debug"]
    try:
        app(args=words, prog_name="chutes-prod")
    except ChutesProdError as error:
        if debug:
            raise
        show_error(error)
        sys.exit(exit_code_of(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is left to say.
        sys.stderr.close()
        sys.exit(Exit.OK)
    except Exception as error:
        if debug:
            raise
        typer.echo(f"internal error: {type(error).__name__}: {error}", err=True)
        typer.echo(
            "  help: this is a bug in chutes-prod; `chutes-prod --debug ...` shows it", err=True
        )
        sys.exit(Exit.NOT_DONE)
    sys.exit(Exit.OK)
