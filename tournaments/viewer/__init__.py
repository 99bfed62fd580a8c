"""Pages that show matches in a browser. Each page is a single HTML file.

Reading order: `document` (assembles a page and limits its rights), `frames` (the pictures), `replay_page` (one match),
`tournament_page` (many matches). The code that runs in the browser is in `assets/`.
"""
