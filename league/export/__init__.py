"""Players as files that work without this project.

Reading order: `pyfunc` (the folder of an MLflow model), `pyfunc_model` (the code inside it).
"""
