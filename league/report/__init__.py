"""The report of a league, and the card of its solution.

Reading order: `page` (which sections there are), `sections` (a package, one file each), `advice` (a package, what to do next),
`html` (markup), `wording` (numbers and lists in words), `solution`, `solving` and `deployment` (what `solution.yaml` says),
`files` (what is written where).
"""

from league.report.files import write
from league.report.page import SECTIONS, report_html
from league.report.solution import solution_yaml

__all__ = ["SECTIONS", "report_html", "solution_yaml", "write"]
