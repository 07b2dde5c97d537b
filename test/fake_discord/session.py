"""One session of the Gateway: numbers what it tells, keeps it for a resume, and outlives its connections."""
import json
import secrets


class Session:
    def __init__(self, token, intents, shard):
        self.id = secrets.token_hex(16)
        self.token, self.intents, self.shard = token, intents, shard
        self.seq = 0
        self.told = []  # (seq, payload as text) of every dispatch, for a replay
        self.connection = None
        self.lost_at = None  # when its connection ended
        self.held = None  # a list of payloads while dispatches are held back
        self.faults = {"copies": 1, "lost": 0}  # how often the next dispatches go out; how many do not

    def dispatch(self, event, data):
        self.seq += 1
        text = json.dumps({"t": event, "s": self.seq, "op": 0, "d": data})
        self.told.append((self.seq, text))
        if self.faults["lost"] > 0:
            self.faults["lost"] -= 1
        elif self.held is not None:
            self.held.append(text)
        else:
            for _ in range(self.faults["copies"]):
                self.send(text)

    def send(self, text):
        if self.connection:
            self.connection.send_text(text)

    def release(self, order):
        """@param order the places of the held payloads, e.g. [1, 0]; None as they came"""
        held, self.held = self.held or [], None
        for place in range(len(held)) if order is None else order:
            self.send(held[place])

    def replay(self, seq):
        for number, text in self.told:
            if number > seq:
                self.send(text)

    def shape(self):
        return {"id": self.id, "seq": self.seq, "intents": self.intents, "connected": self.connection is not None,
                "lost_at": self.lost_at, "shard": self.shard}
