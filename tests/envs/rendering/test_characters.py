"""Games that describe themselves in characters."""

from envs.naming import named
from envs.registry import construct, offers
from envs.rendering.characters import COLUMNS, ROWS, characters, letters
from envs.rendering.drawing import draw, text

TYPED = """\
import numpy as np
from gymnasium.spaces import Box, Discrete
from pettingzoo import ParallelEnv


class Typed(ParallelEnv):
    metadata = {"name": "typed", "render_modes": ["ansi"]}

    def __init__(self, render_mode=None):
        self.render_mode, self.possible_agents = render_mode, ["a", "b"]

    def observation_space(self, agent):
        return Box(0, 3, (1,), np.float32)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.time, self.agents = 0, ["a", "b"]
        return self.views(), {"a": {}, "b": {}}

    def views(self):
        return {agent: np.array([self.time], np.float32) for agent in self.possible_agents}

    def step(self, actions):
        self.time += 1
        over = self.time == 3
        self.agents = [] if over else self.agents
        ends = dict.fromkeys(self.possible_agents, over)
        return self.views(), {"a": 0.0, "b": 0.0}, ends, dict.fromkeys(ends, False), {"a": {}, "b": {}}

    def render(self):
        return "\\x1b[31mtime\\x1b[0m\\n" + "|" * self.time
"""


def test_a_game_that_offers_only_text_is_shown_by_it(tmp_path):
    path = tmp_path / "typed.py"
    path.write_text(TYPED)
    setup = named(f"{path}:Typed")
    environment = construct(setup, render=True)
    environment.reset(seed=0)
    environment.step({"a": 0, "b": 0})
    drawn = draw(setup.name, environment)
    assert drawn["text"] == "time\n|"
    assert text(setup.name, drawn) == "time\n|"
    assert offers(setup, "ansi")
    assert not offers(setup, "rgb_array")


def test_control_characters_do_not_pass():
    drawn = characters("\x1b[2J\x1b]0;title\x07a\tb\x00\x07\u202ec\x1bM\r\nd")
    assert drawn["text"] == "a       b   c\nd"


def test_a_text_is_cut_where_no_screen_would_hold_it():
    lines = characters("\n".join(["x" * 500] * 500))["text"].splitlines()
    assert len(lines) == ROWS
    assert {len(line) for line in lines} == {COLUMNS}


def test_what_is_no_text_is_no_picture():
    assert characters(None) is None
    assert characters(b"bytes") is None


def test_letters_stand_in_columns():
    shapes = [shape for shape in letters("ab\n b") if shape["kind"] == "text"]
    assert [shape["text"] for shape in shapes] == ["a", "b", "b"]
    assert shapes[1]["x"] == shapes[2]["x"]
    assert shapes[0]["y"] == shapes[1]["y"] < shapes[2]["y"]
