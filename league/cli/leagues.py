"""The commands that change what leagues there are: delete, rename."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from league.cli.console import HOME, Home, Json, LeagueName, at, err, out, print_json
from league.errors import LeagueError
from league.storage.removal import delete_folder, find_folder, rename_folder
from league.storage.store import Store

app = typer.Typer()

Yes = Annotated[bool, typer.Option("--yes", "-y", help="do not ask")]


@app.command()
def delete(name: LeagueName, yes: Yes = False, as_json: Json = False, home: Home = HOME) -> None:
    """Delete a league: players, matches, replays, and what MLflow shows of it."""
    store = find_folder(home, name)
    with store.held(), _sync_held(store, home):
        _ask(f"Delete the league {name} with {_content(store)}, its replays, and what MLflow shows of it?", yes=yes)
        from league.tracking.removal import delete_from_mlflow

        runs = delete_from_mlflow(home, name)
        elsewhere = delete_folder(store)
    if as_json:
        print_json({"deleted": name, "runs": runs, "left": [str(path) for path in elsewhere]})
        return
    out.print(f"{name} is deleted{f', and its {runs} runs in MLflow' if runs else ''}", highlight=False, markup=False)
    for path in elsewhere:
        out.print(f"a link pointed to {path}, which is still there", highlight=False, markup=False)


@app.command()
def rename(
    name: LeagueName,
    new: Annotated[str, typer.Argument(help="its new name")],
    yes: Yes = False,
    as_json: Json = False,
    home: Home = HOME,
) -> None:
    """Give a league another name, in MLflow too."""
    if (home / "leagues" / name).is_dir():
        Store.open(home, name)
        _ask(f"Rename the league {name} to {new}, also in MLflow, where its players get new addresses?", yes=yes)
    store = rename_folder(home, name, new)
    try:
        from league.tracking.removal import rename_in_mlflow

        with _sync_held(store, home):
            runs = rename_in_mlflow(home, store)
    finally:
        store.unlock()
    if as_json:
        print_json({"renamed": name, "to": new, "runs": runs})
        return
    out.print(f"{name} is now called {new}{f', and so are its {runs} runs in MLflow' if runs else ''}", highlight=False)
    out.print(f"Look at it: league standings {new}{at(home)}", highlight=False)


def _ask(question: str, *, yes: bool) -> None:
    """Ask before something cannot be undone.

    Raises:
        LeagueError: There is nobody who could answer.
        typer.Exit: The answer is no.
    """
    if yes:
        return
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as error:
        raise LeagueError("nothing was changed: nobody answered; add --yes to do it without being asked") from error
    if not agreed:
        err.print("nothing was changed")
        raise typer.Exit(1)


@contextmanager
def _sync_held(store: Store, home: Path) -> Iterator[None]:
    """Keep other processes from bringing MLflow up to date with a league."""
    from league.tracking.client import DATABASE

    if not (home / DATABASE).is_file():
        yield
        return
    from league.tracking.tracker import Tracker

    with closing(Tracker(store, home)) as tracker:
        tracker.hold()
        yield


def _content(store: Store) -> str:
    """How much a league holds; it may be damaged."""
    try:
        return f"{store.generation() + 1} generations and {len(store.players())} players"
    except LeagueError:
        return "all that is left of it"
