from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tournaments.match.queue import NOTHING, Queue

SEATS = st.lists(st.sampled_from(["ab", "ba", "ac", "cb"]), min_size=1, max_size=30)


def queue(games, ticket, seats):
    return Queue(games["duel"], [ticket(*players, match=str(number), seed=number) for number, players in enumerate(seats)])


@given(seats=SEATS, copies=st.integers(1, 12))
def test_every_ticket_is_taken_once(games, ticket, seats, copies):
    line = queue(games, ticket, seats)
    taken = [number for number in line.open(copies) if number != NOTHING]
    while (number := line.take(int(line.seating[taken[-1]]))) != NOTHING:
        taken.append(number)
    assert sorted(taken) == list(range(len(seats)))


@given(seats=SEATS)
def test_the_same_players_in_the_same_seats_come_first(games, ticket, seats):
    line = queue(games, ticket, seats)
    before = line.open(1)[0]
    changes = 0
    while (after := line.take(int(line.seating[before]))) != NOTHING:
        changes += seats[before] != seats[after]
        before = after
    assert changes == len(set(seats)) - 1


def test_copies_are_shared_out_in_proportion_to_the_tickets(games, ticket):
    seats = ["ab"] * 6 + ["ba"] * 3 + ["ac"] * 3
    opening = queue(games, ticket, seats).open(4)
    assert Counter(seats[number] for number in opening) == {"ab": 2, "ba": 1, "ac": 1}


def test_a_table_finds_the_last_row_for_nothing(games, ticket):
    line = queue(games, ticket, ["ab", "cb"])
    assert line.players == ("a", "b", "c")
    assert line.owners[line.seating].tolist() == [[0, 1], [2, 1], [-1, -1]]
    assert line.seeds.tolist() == [0, 1, -1]
