"""The report of a league, and `solution.yaml`, which describes the champion and its training.

Reading order: `page` (the table of sections), `sections` (a package with one file per section), `advice` (a package of rules
that suggest the next steps), `html` (markup), `wording` (numbers and lists in words), `solution`, `solving` and `deployment`
(the parts of `solution.yaml`), `files` (writes the files); `sweep_page` and `scorecard_page` (pages about a sweep and about a
score card).
"""

from league.report.files import write
from league.report.page import SECTIONS, report_html
from league.report.solution import solution_yaml

__all__ = ["SECTIONS", "report_html", "solution_yaml", "write"]
