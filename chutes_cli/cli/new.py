"""`chutes-prod new`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chutes_cli import __version__
from chutes_cli.core.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from chutes_cli.scaffold.answers import Ask
    from chutes_cli.scaffold.render import RenderedTree
    from chutes_cli.scaffold.template import Question, Template, Value
    from chutes_cli.scaffold.write import Written


def new(
    name: Annotated[
        str | None, typer.Argument(help="The project's name, such as my-service.")
    ] = None,
    template: Annotated[str, typer.Option(help="What kind of project; --list shows all.")] = "text",
    show_list: Annotated[
        bool, typer.Option("--list", help="List the templates with what they ask, and exit.")
    ] = False,
    output_dir: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder to put the project's folder in.")
    ] = Path(),
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Answer a question; repeatable."),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file of answers.")
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; take defaults.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files of the same names, and only those.")
    ] = False,
) -> None:
    """Generate a project that is ready to serve, audit and load-test.

    Asks its questions on a terminal only. Answers come from, later ones winning: the
    template's defaults, --answers, --set, and what is typed in.

    \b
    Examples:
      chutes-prod new my-service
      chutes-prod new my-service --no-input --set username=ada
      chutes-prod new my-service --answers other/.chutes-prod/answers.toml
      chutes-prod new my-service --dry-run
      chutes-prod new --list

    \b
    Exit codes:
      0  the project is written (or would be, with --dry-run)
      2  a wrong name, option or answer, or files in the way
      3  the project could not be written; nothing was left behind
    """  # noqa: D301 - the backspace itself is what keeps the line breaks
    from chutes_cli.scaffold.answers import gather
    from chutes_cli.scaffold.naming import check_name
    from chutes_cli.scaffold.render import render
    from chutes_cli.scaffold.template import all_templates, template_named
    from chutes_cli.scaffold.write import check_destination, write

    if show_list:
        typer.echo("\n\n".join(_described(entry) for entry in all_templates().values()))
        return
    if name is None:
        raise UsageError(
            "NAME is missing", hint="chutes-prod new my-service, or chutes-prod new --list"
        )
    project = check_name(name)
    chosen = template_named(template)
    interactive = not no_input and sys.stdin is not None and sys.stdin.isatty()
    given = gather(
        chosen,
        project,
        answers_file=answers,
        settings=settings or (),
        ask=_prompt() if interactive else None,
    )
    tree = render(chosen, given, __version__)
    destination = output_dir / project.name
    if dry_run:
        check_destination(tree, destination, force=force)
        typer.echo(_listing(tree, destination))
        return
    typer.echo(_report(write(tree, destination, force=force), destination))


def _prompt() -> Ask:
    """Return what asks on the terminal until the answer is valid."""

    def ask(question: Question, default: Value) -> Value:
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        typer.echo(question.help, err=True)
        while True:
            try:
                text = typer.prompt(f"  {question.key}", default=shown, err=True)
            except typer.Abort as error:
                raise KeyboardInterrupt from error
            try:
                return question.parse(text, "your answer")
            except ConfigurationError as error:
                typer.echo(f"  {error.what}", err=True)

    return ask


def _described(template: Template) -> str:
    """Return a template's description with its questions."""
    lines = [f"{template.name}: {template.title}", f"  {template.description}"]
    width = max((len(question.key) for question in template.questions), default=0)
    for question in template.questions:
        default = str(question.default)
        shown = default.lower() if isinstance(question.default, bool) else default
        lines.append(f"  --set {question.key + '=…':<{width + 2}}  {question.help} [{shown}]")
    return "\n".join(lines)


def _listing(tree: RenderedTree, destination: Path) -> str:
    """Return the tree with its sizes."""
    total = sum(len(file.content) for file in tree.values())
    width = len(f"{total:,}")
    lines = [f"{destination}/"]
    lines += [f"  {len(file.content):>{width},}  {path}" for path, file in tree.items()]
    lines.append(f"{len(tree)} files, {total:,} bytes; nothing was written")
    return "\n".join(lines)


def _report(written: Written, destination: Path) -> str:
    """Return what was done and what to do next."""
    from shlex import quote

    counts = f"{len(written.created)} files"
    if written.overwritten:
        counts += f", and overwrote {len(written.overwritten)}"
    return f"""\
Created {destination} ({counts}).

Next:
  cd {quote(str(destination))}
  make install                  # a virtual environment with the SDK and torch
  make test                     # its tests, under the SDK's own runtime
  make serve                    # on 127.0.0.1:8000
  chutes-prod audit .           # what stands between it and production
  chutes-prod loadtest --serve . --rate 20 --duration 30s --slo 'p95<500ms'"""
