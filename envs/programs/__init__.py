"""Players that are not part of this program: programs and web services that speak JSON, and users' own bots under guard.

Whatever such a player does wrong, it forfeits its match, and no other match is touched. `docs/programs.md` describes the
protocol.

Reading order: `limits`, `protocol` (messages and faults), `processes` (programs), `web` (services), `visitor` (one such player
in all its matches), `guarded` (users' own bots), `actor` (seats them in an arena).
"""
