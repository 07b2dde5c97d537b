"""Everything that the bot did and that became of it, in order, for a test to read and to wait for."""
import asyncio
import time


class Journal:
    def __init__(self, clock):
        self.clock = clock
        self.entries = []
        self._grown = asyncio.Event()

    def add(self, kind, **facts):
        """@returns the entry; who changes it later calls `changed`"""
        entry = {"n": len(self.entries) + 1, "kind": kind, "at": self.clock.now(), "monotonic": time.monotonic(),
                 **facts}
        self.entries.append(entry)
        self.changed()
        return entry

    def changed(self):
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def find(self, after, wanted):
        """@returns the entries beyond number `after` whose fields have the wanted values, compared as texts"""
        return [x for x in self.entries[after:] if all(text_of(x.get(key)) == value for key, value in wanted.items())]

    async def wait(self, after, wanted, count, wait_s):
        """@returns what `find` finds, once it is `count` entries or the real time is up"""
        await self.wait_until(lambda: len(self.find(after, wanted)) >= count, wait_s)
        return self.find(after, wanted)

    async def wait_until(self, condition, wait_s):
        """Returns when the condition, which the journal's growth makes true, is so, or the real time is up."""
        end = time.monotonic() + wait_s
        while not condition() and (left := end - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._grown.wait(), left)
            except asyncio.TimeoutError:
                pass


def text_of(value):
    """A value as it stands in a query: true, 5, /channels"""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
