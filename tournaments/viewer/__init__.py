"""Pages to look at matches in a browser, each one HTML file.

Reading order: `document` (how a page is put together and what it may do), `frames` (what is drawn), `replay_page` (one match),
`tournament_page` (many). What runs in the browser is in `assets/`.
"""
