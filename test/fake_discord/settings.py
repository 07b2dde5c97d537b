"""What a test may set, with the values of a Discord in good health."""
import dataclasses


@dataclasses.dataclass
class Settings:
    # REST
    rate_limits: bool = True  # whether the buckets of rate_limits.py hold; faults work all the same
    rate_limit_headers: bool = True  # X-RateLimit-* on every answer
    global_per_second: int = 50
    invalid_requests_max: int = 10_000  # 401, 403, 429 in ten minutes, then Cloudflare answers
    nonce_window_s: float = 300
    old_message_s: float = 3600  # a message older than this bears only `old_message_edits_max` more edits
    old_message_edits_max: int = 5
    file_bytes_max: int = 10 * 1024 * 1024
    request_bytes_max: int = 25 * 1024 * 1024
    command_creates_max: int = 200  # a day
    interaction_answer_s: float = 3
    interaction_token_s: float = 900
    # Gateway
    heartbeat_interval_ms: int = 41_250
    heartbeat_grace_s: float = 45  # a heartbeat that is later than this closes with 4009
    acks: bool = True  # false: heartbeats are not acknowledged
    hello: bool = True  # false: connections are accepted and never greeted
    accepts: bool = True  # false: a WebSocket is refused with 503
    ready: bool = True  # false: who identifies waits for READY
    message_content: bool = True  # the switch on the Bot page; false: asking for the intent closes with 4014
    bot_sees_content: bool = True  # false: content arrives empty although the intent was granted
    resumes: bool = True  # false: every resume is answered with op 9 false
    resume_overlap: int = 0  # so many dispatches that the bot has had already come again with a resume
    session_s: float = 180  # how long a session outlives its connection
    payloads_per_minute: int = 120
    identify_total: int = 1000
    identify_remaining: int = 1000
    identify_reset_after_ms: int = 86_400_000
    identify_concurrency: int = 1
    identify_window_s: float = 5

    def change(self, values):
        """Raises ValueError for a name that is none, or a value of another kind."""
        kinds = {x.name: type(x.default) for x in dataclasses.fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no setting is called {name}; there are {', '.join(kinds)}")
            if isinstance(value, bool) != (kinds[name] is bool) or not isinstance(value, (bool, int, float)):
                raise ValueError(f"{name} is a {kinds[name].__name__}")
        for name, value in values.items():
            setattr(self, name, value)
