"""Draw a finished league: the ratings over the generations, and the last position of the final.

Run it from the project's folder:  python examples/draw_a_league.py mlruns/leagues/connect-four league.png
"""

import sys
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from league.population.player import is_bot
from league.storage.store import Store
from tournaments.replay.format import load

LIGHT, DARK = "#8a94a6", "#1f2937"
COLOURS = ["#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#0891b2", "#65a30d", "#dc2626"]


def draw_ratings(axes: Axes, store: Store) -> None:
    """Draw the rating of every snapshot with its 95 % interval, fitted to the whole match log, one curve per player."""
    players = {player.name: player for player in store.players()}
    ratings = store.ratings(store.generation())
    lines: dict[str, list] = {}
    for row in ratings:
        if is_bot(row.player):
            axes.axhline(row.elo, color=LIGHT, linestyle=":", linewidth=1)
            axes.text(store.generation() + 0.15, row.elo, row.player, va="center", color=LIGHT, fontsize=8)
        else:
            lines.setdefault(players[row.player].parent, []).append((players[row.player].born, row))
    for number, (line, rows) in enumerate(sorted(lines.items())):
        rows.sort(key=lambda pair: pair[0])
        born, colour = [b for b, _ in rows], COLOURS[number % len(COLOURS)]
        axes.plot(born, [r.elo for _, r in rows], color=colour, marker="o", markersize=4, linewidth=1.6)
        axes.fill_between(born, [r.low for _, r in rows], [r.high for _, r in rows], color=colour, alpha=0.12, linewidth=0)
        parent = players[line].parent
        if parent in {r.player for r in ratings}:
            above = next(r for r in ratings if r.player == parent)
            axes.plot([players[parent].born, born[0]], [above.elo, rows[0][1].elo], color=colour, linewidth=0.8, linestyle="--")
    best = next(row for row in ratings if row.player == store.champion())
    axes.annotate(
        f"champion\n{best.player}", (players[best.player].born, best.elo), xytext=(-14, 14), textcoords="offset points",
        ha="right", fontsize=9, color=DARK, arrowprops={"arrowstyle": "-", "color": DARK},
    )  # fmt: skip
    axes.set(xlabel="generation", ylabel="Elo, the random player fixed at 0", xlim=(-0.3, store.generation() + 0.4))
    axes.set_title("All frozen players, with 95 % intervals", loc="left", fontsize=10, color=DARK)
    axes.spines[["top", "right"]].set_visible(False)


def draw_final(axes: Axes, store: Store) -> None:
    """Draw the last position of the last generation's final."""
    replays = [load(path) for path in sorted(store.replays.iterdir(), reverse=True)]
    final = next(replay for replay in replays if "final" in replay.tags)
    frame = final.steps[-1].view.frame
    for shape in frame["shapes"]:
        if shape["kind"] == "circle":
            axes.add_patch(Circle((shape["x"], shape["y"]), shape["r"], color=shape["color"]))
        elif shape["kind"] == "rect":
            axes.add_patch(Rectangle((shape["x"], shape["y"]), shape["w"], shape["h"], color=shape["color"]))
    players = list(dict.fromkeys(seat.player for seat in final.seats))
    result = " : ".join(f"{value:g}" for value in final.returns)
    axes.set(xlim=(0, frame["width"]), ylim=(frame["height"], 0), aspect="equal")
    axes.set_title(f"The final: {players[0]} – {players[1]}  {result}", loc="left", fontsize=10, color=DARK)
    axes.axis("off")


def main(folder: Path, picture: Path) -> None:
    store = Store(folder)
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
    draw_ratings(left, store)
    draw_final(right, store)
    figure.savefig(picture, dpi=130)
    print(f"wrote {picture}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
