"""The sections of a league's report, one file per topic.

Reading order: `answers` (the most important questions), `champion`, `returns`, `progress`, `growth`, `groups`, `head_to_head`,
`family`, `communication`, `messages`, `crossplay`, `score_card`, `practice`, `advice`.
`mistakes` is about solved games.
`time_curve` has ratings that follow time, `meta_game` what one number cannot say.
"""
