"""Finds players by name, plays tournaments between them, and reads the standings of a league.

Reading order: `resolve` (finds a player by its name) with `views` (what it is asked outside an arena), `tournament` (matches
between players of any leagues) with `seeding`, `crossplay` (teams that two players share), `messages` and `worth` (what
messages are worth) with `conditions` (links cut, other channels), `overhearing` (who says what), `probes` and `information`
(who uses what it is told), `comparison` (groups of trainings) and `sweeps` (what a sweep found), `scorecard`, `examination` and
`disturbance` (score cards), `standings` and `results` (the state of a league), `configuration` (the stored configuration of a
league), `opening` (a league's store when it begins or goes on), `founding` (founders of a league from other leagues and from
files), `verification` (replay files of any origin), `source_code` (the commit of the user's code).
`mistakes` compares decisions with perfect play.
`audit` computes everything anew.
`final` has what a league plays in the end, `tabular` players as tables of probabilities, and `exploitability` and
`best_response` what best responses win.
"""
