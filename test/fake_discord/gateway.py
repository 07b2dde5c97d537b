"""The Gateway as a whole: sessions, who is told what, and the limit of Identifies.
@source Discord API reference, "Gateway" """
import collections

from .gateway_connection import GatewayConnection
from .session import Session
from .web_socket import WebSocket

GUILDS = 1 << 0
DEAD_AFTER = {1000, 1001}  # said by the client: the session ends


class Gateway:
    """@param base what the addresses of the Gateway begin with, e.g. ws://127.0.0.1:4711"""

    def __init__(self, world, settings, journal):
        self.world, self.settings, self.journal = world, settings, journal
        self.base = ""
        self.sessions = {}
        self.connections = []
        self.identifies = collections.deque()  # times of the last ones
        self.invalid_next = collections.deque()  # answers of op 9 to the next Identifies and Resumes: may it resume?

    async def serve(self, request, reader, writer):
        socket = WebSocket(reader, writer)
        if not self.settings.accepts:
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        if not socket.accept(request):
            return
        connection = GatewayConnection(self, socket, request)
        self.connections.append(connection)
        try:
            await connection.run()
        finally:
            self.connections.remove(connection)

    # -- telling ---------------------------------------------------------------------------------------------------

    def tell(self, event, data, intent=0, view=None):
        """@param intent who has not asked for it is not told  @param view makes the data from a session's intents"""
        for session in list(self.sessions.values()):
            if not intent or session.intents & intent:
                session.dispatch(event, view(session.intents) if view else data)

    # -- sessions --------------------------------------------------------------------------------------------------

    def begin(self, connection, token, intents, shard):
        """A new session on this connection: READY, and every server after it."""
        session = Session(token, intents, shard)
        self.sessions[session.id] = session
        session.connection, connection.session = connection, session
        self.journal.add("session", session=session.id, connect=connection.entry["n"], resumed=False)
        world = self.world
        session.dispatch("READY", {
            "v": 10, "user": {**world.bot.shape(), "verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": x, "unavailable": True} for x in world.guilds], "session_id": session.id,
            "resume_gateway_url": self.base + "/resume/" + session.id[:8], "session_type": "normal", "shard": shard,
            "private_channels": [], "relationships": [], "presences": [], "geo_ordered_rtc_regions": [],
            "application": {"id": world.bot.id, "flags": 1 << 19}, "_trace": ["[\"a-fake\",{}]"]})
        if intents & GUILDS:
            for guild in world.guilds.values():
                if not guild["unavailable"]:
                    session.dispatch("GUILD_CREATE", world.guild_shape(guild))

    def find(self, session_id):
        """@returns the session, or None where there is none any more"""
        self._forget_old()
        return self.sessions.get(session_id)

    def _forget_old(self):
        now = self.world.clock.now()
        for session in list(self.sessions.values()):
            if session.connection is None and now - session.lost_at > self.settings.session_s:
                self.end(session)

    def end(self, session):
        self.sessions.pop(session.id, None)

    def lost(self, session, connection, code_of_client):
        """The connection of a session is gone. @param code_of_client None where we ended it, or it said none"""
        if session.connection is not connection:
            return
        session.connection, session.lost_at, session.held = None, self.world.clock.now(), None
        if code_of_client in DEAD_AFTER:
            self.end(session)

    # -- limits ----------------------------------------------------------------------------------------------------

    def may_identify(self):
        """Counts an Identify. @returns "yes", "wait" (too many at a time) or "never" (the day's are used up)"""
        now, settings = self.world.clock.now(), self.settings
        if settings.identify_remaining <= 0:
            self.sessions.clear()
            return "never"
        settings.identify_remaining -= 1
        while self.identifies and self.identifies[0] <= now - settings.identify_window_s:
            self.identifies.popleft()
        if len(self.identifies) >= settings.identify_concurrency:
            return "wait"
        self.identifies.append(now)
        return "yes"

    def start_limit(self):
        """As GET /gateway/bot tells it."""
        settings = self.settings
        return {"url": self.base + "/", "shards": 1, "session_start_limit": {
            "total": settings.identify_total, "remaining": settings.identify_remaining,
            "reset_after": settings.identify_reset_after_ms, "max_concurrency": settings.identify_concurrency}}
