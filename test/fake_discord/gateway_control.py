"""What a test does to the Gateway: ends connections in every way, loses, doubles and disorders events."""

INVALID_SESSION, RECONNECT, HEARTBEAT = 9, 7, 1


class GatewayControl:
    def __init__(self, house):
        self.house, self.gateway = house, house.gateway

    def routes(self):
        return {"GET /gateway": self.show,
                "POST /gateway/close": self.close,
                "POST /gateway/drop": self.drop,
                "POST /gateway/reconnect": self.reconnect,
                "POST /gateway/invalid_session": self.invalid_session,
                "POST /gateway/heartbeat": self.heartbeat,
                "POST /gateway/forget": self.forget,
                "POST /gateway/dispatch": self.dispatch,
                "POST /gateway/raw": self.raw,
                "POST /gateway/hold": self.hold,
                "POST /gateway/release": self.release,
                "POST /gateway/replay": self.replay,
                "POST /gateway/faults": self.faults}

    def _connections(self, wish):
        """Those of the session that is named, or all."""
        return [x for x in list(self.gateway.connections)
                if "session" not in wish or x.session and x.session.id == wish["session"]]

    def _sessions(self, wish):
        return [x for x in list(self.gateway.sessions.values()) if wish.get("session", x.id) == x.id]

    def show(self, _):
        return {"sessions": [x.shape() for x in self.gateway.sessions.values()],
                "connections": [{"connect": x.entry["n"], "session": x.session and x.session.id}
                                for x in self.gateway.connections],
                "start_limit": self.gateway.start_limit()}

    def close(self, wish):
        """{"code": 4000, "reason"?, "keep_session"?: true or false, "session"?}"""
        connections = self._connections(wish)
        for connection in connections:
            connection.close(int(wish["code"]), wish.get("reason", ""), wish.get("keep_session"))
        return {"closed": len(connections)}

    def drop(self, wish):
        """The line is cut."""
        connections = self._connections(wish)
        for connection in connections:
            connection.drop()
        return {"closed": len(connections)}

    def reconnect(self, wish):
        """op 7"""
        for connection in self._connections(wish):
            connection.send(RECONNECT, None)

    def invalid_session(self, wish):
        """{"resumable": false, "next"?: true} op 9, now or to the next Identify or Resume"""
        resumable = bool(wish.get("resumable"))
        if wish.get("next"):
            self.gateway.invalid_next.append(resumable)
            return
        for connection in self._connections(wish):
            session = connection.session
            if session:
                connection.session, session.connection = None, None
                session.lost_at, session.held = self.house.clock.now(), None
                if not resumable:
                    self.gateway.end(session)
            connection.send(INVALID_SESSION, resumable)

    def heartbeat(self, wish):
        """op 1: asks for a heartbeat at once"""
        for connection in self._connections(wish):
            connection.send(HEARTBEAT, None)

    def forget(self, wish):
        """Sessions that have no connection are over."""
        for session in self._sessions(wish):
            if session.connection is None:
                self.gateway.end(session)

    def dispatch(self, wish):
        """{"t": "ANY_EVENT", "d": {..}, "session"?} as the next dispatch"""
        for session in self._sessions(wish):
            session.dispatch(wish["t"], wish.get("d"))

    def raw(self, wish):
        """{"text": "anything", "session"?} as one frame, whatever it is"""
        for connection in self._connections(wish):
            connection.send_text(wish["text"])

    def hold(self, wish):
        """Dispatches are kept back from now on; `release`, or a resume, lets them go."""
        for session in self._sessions(wish):
            session.held = session.held or []

    def release(self, wish):
        """{"order"?: [1, 0, ..] or "reversed"} of those that are kept"""
        for session in self._sessions(wish):
            order = wish.get("order")
            if order == "reversed":
                order = list(range(len(session.held or [])))[::-1]
            session.release(order)

    def replay(self, wish):
        """{"last": 3} the last dispatches go out once more, with their old numbers"""
        for session in self._sessions(wish):
            session.replay(session.seq - int(wish["last"]))

    def faults(self, wish):
        """{"copies"?: 2 of every dispatch from now on, "lost"?: 3 dispatches that are not sent}"""
        for session in self._sessions(wish):
            session.faults.update({key: int(wish[key]) for key in ("copies", "lost") if key in wish})
