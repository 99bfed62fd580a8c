"""Rules that read a league's figures and say what to do next.

Reading order: `commands` (what is to be typed), `progress` (whether more of the same helps), `opponents` (who beats the
champion, and whom it has outgrown), `learning` (what is wrong with the training itself, and what else there is to see).
"""
