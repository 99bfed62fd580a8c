"""The report of a league and the card of its solution: what came of it, in words first, then in charts and figures.

Reading order: `page` (the sections), `champion`, `growth`, `versus`, `family`, `talk`, `practice`, `advice` (what they say);
`descent`, `meetings` (what they are drawn from); `plots`, `markup`, `wording` (how it looks); `solution` and `deployment`
(what `solution.yaml` says); `files` (what is written where).
"""

from league.report.files import write
from league.report.page import SECTIONS, report_html
from league.report.solution import solution_yaml

__all__ = ["SECTIONS", "report_html", "solution_yaml", "write"]
