"""Players as files that work without this project.

Reading order: `pyfunc` (what goes into a champion's model), `pyfunc_model` (the code inside it).
"""
