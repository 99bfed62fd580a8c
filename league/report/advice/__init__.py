"""Rules that read a league's figures and suggest the next steps.

Reading order: `commands` (the commands in suggestions), `progress` (whether more training helps), `opponents` (players that
beat the champion, and opponents that are too weak for it), `learning` (problems of the training itself, and replays).
"""
