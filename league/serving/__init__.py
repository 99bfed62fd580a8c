"""A server of policies over HTTP, and of games in the browser.

Reading order: `values` (JSON in, JSON out, by the spaces of a game), `requests` (what a client may ask), `served` (a player
that decides for many clients at once), `sessions` (what players remember of a client), `batching` (requests that arrive
together are one batch), `catalog` (which players are served), `policies` (the routes of players), `description` (the OpenAPI
schema), `limits` (size, rate, token, host), `figures` (Prometheus); `offers`, `games`, `positions`, `guests` and `play_routes`
(people who play in the browser); `live` (a league that is running), `pages` (the pages), `application` (everything put
together), `server` (the process), `client` (for programs that call it).
"""
