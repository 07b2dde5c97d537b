"""How long the tests wait for what must come: longer where the programs are built with sanitizers, which slow them down.
Only waiting takes longer; what a test says of time itself, such as a lease's term, stays as it is."""
import os

SLOWDOWN = float(os.environ.get("CLAW_SLOWDOWN", "1"))  # e2e.cmake knows the build


def patient(seconds):
    """@returns the longest wait, in seconds, for what an ordinary build does within `seconds`"""
    return seconds * SLOWDOWN
