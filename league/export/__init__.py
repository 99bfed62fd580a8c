"""Players as files that work without this project.

Reading order: `shipped` (a package: the code inside exported players), `description` (what describes a player), `network` (the
networks of a role as a PyTorch module), `graphs` (files for ONNX Runtime and PyTorch), `table` (the exporters), `seen` (what a
player is used to see), `folder` (writes an export), `pyfunc` (makes the parts of a champion's model for MLflow), `pyfunc_model`
(the code of that model).
"""
