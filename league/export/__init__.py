"""Players as files that work without this project.

Reading order: `pyfunc` (makes the parts of a champion's model), `pyfunc_model` (the code inside the model), `pyfunc_speech`
(the code of messages inside models whose agents send them).
"""
