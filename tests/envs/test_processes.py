"""Worker processes begin with what they were given, or end in silence if it is gone."""

from envs.processes import worker_context


class Gone:
    """What cannot be found in the new process, like a lock whose maker has ended."""

    def __reduce__(self):
        return open, ("/nowhere/to/be/found",)


def echo(pipe, value):
    pipe.send(value)


def test_a_worker_gets_its_arguments():
    context = worker_context("envs.processes")
    ours, theirs = context.Pipe()
    process = context.Process(target=echo, args=(theirs,), kwargs={"value": 3})
    process.start()
    assert ours.recv() == 3
    process.join()
    assert process.exitcode == 0


def test_a_worker_whose_locks_are_gone_ends_without_a_traceback():
    process = worker_context("envs.processes").Process(target=echo, args=(None, Gone()))
    process.start()
    process.join()
    assert process.exitcode == 0
