"""Time of the fake: begins with the machine's, runs `scale` times as fast, and jumps when a test says so."""
import asyncio
import datetime
import time


class Clock:
    def __init__(self, scale=1.0):
        self.scale = scale
        self._begin, self._real_begin = time.time(), time.monotonic()
        self._jump = asyncio.Event()

    def now(self):
        """@returns seconds since 1970"""
        return self._begin + (time.monotonic() - self._real_begin) * self.scale

    def advance(self, seconds):
        """What is due by then happens at once."""
        self._begin += seconds
        jump, self._jump = self._jump, asyncio.Event()
        jump.set()

    def rescale(self, scale):
        self._begin, self._real_begin, self.scale = self.now(), time.monotonic(), scale
        self.advance(0)

    async def sleep_until(self, moment):
        while (left := moment - self.now()) > 0:
            try:
                await asyncio.wait_for(self._jump.wait(), left / self.scale)
            except asyncio.TimeoutError:
                pass


def iso(moment):
    """@returns the time as Discord writes it"""
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
