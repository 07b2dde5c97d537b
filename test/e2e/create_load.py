"""Jobs that are created while something else is tried."""
import contextlib
import threading

PAYLOAD = "x" * 2000
CLIENTS = 2


@contextlib.contextmanager
def jobs_created_meanwhile(broker):
    """@returns the ids of the jobs that are acknowledged, a list that grows until the block ends"""
    made, ending = [], threading.Event()

    def create():
        while not ending.is_set():
            made.append(broker.create(payload=PAYLOAD))

    threads = [threading.Thread(target=create) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        ending.set()
        for thread in threads:
            thread.join()
