"""What the tests grant a build with sanitizers, which slow the programs down: longer waits, and the memory that they hold on to.
Only waiting takes longer; what a test says of time itself, such as a lease's term, stays as it is."""
import os

# For a broker whose memory a test measures: AddressSanitizer keeps this much of what was freed, instead of 256 MiB.
SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=4"}
SLOWDOWN = float(os.environ.get("CLAW_SLOWDOWN", "1"))  # e2e.cmake knows the build


def patient(seconds):
    """@returns the longest wait, in seconds, for what an ordinary build does within `seconds`"""
    return seconds * SLOWDOWN
