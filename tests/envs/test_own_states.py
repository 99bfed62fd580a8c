"""The state of a world of crowds can be read when nobody of one kind is alive any more."""

from types import SimpleNamespace

import pytest

from envs.own_states import own_state


class World:
    """A world of three kinds, whose state fails like that of magent2 where one of them has died out."""

    def __init__(self, living):
        self._all_handles, self.env = list(living), SimpleNamespace(get_num=living.get)
        self.unwrapped = self

    def state(self):
        for kind in self._all_handles:
            _, _ = zip(*[(kind, place) for place in range(self.env.get_num(kind))], strict=True)
        return list(self._all_handles)


def test_kinds_that_have_died_out_are_left_out():
    world = World({"melee": 2, "ranged": 0, "mammals": 1})
    with pytest.raises(ValueError, match="unpack"):
        world.state()
    assert own_state("magent2/combined_arms_v6", world) == ["melee", "mammals"]
    assert world._all_handles == ["melee", "ranged", "mammals"]


def test_other_games_are_asked_as_they_are():
    assert own_state("my/game", World({"all": 3})) == ["all"]
