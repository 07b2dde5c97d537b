"""Buckets of REST, and what the answers say of them. @source Discord API reference, "Rate Limits"
The numbers are near Discord's of today, which promises none."""
import collections
import hashlib
import time

from .http_wire import Answer, json_answer

DEFAULT = (30, 10)
LIMITS = {  # (method, route) -> requests, seconds
    ("POST", "/channels/{channel}/messages"): (5, 5),
    ("PATCH", "/channels/{channel}/messages/{message}"): (5, 5),
    ("DELETE", "/channels/{channel}/messages/{message}"): (5, 1),
    ("GET", "/channels/{channel}/messages"): (10, 5),
    ("POST", "/channels/{channel}/typing"): (5, 5),
    ("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"): (4, 1),
    ("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"): (4, 1),
    ("POST", "/webhooks/{application}/{token}"): (5, 2),
    ("PATCH", "/webhooks/{application}/{token}/messages/{message}"): (5, 2),
}
TOP_LEVEL = ("channel", "guild", "application", "token")
INVALID_WINDOW_S = 600
CLOUDFLARE_PAGE = b"<!doctype html><title>Access denied | discord.com used Cloudflare</title>error code: 1015"


class RateLimits:
    def __init__(self, clock, settings):
        self.clock, self.settings = clock, settings
        self.windows = {}  # bucket -> [end, requests left]
        self.second = collections.deque()  # real times of the last requests, for the global limit
        self.blocked = {}  # bucket or "global" -> (until, scope)
        self.invalid = collections.deque()  # times of invalid answers

    def bucket_of(self, method, route, names):
        """@returns (hash as X-RateLimit-Bucket says it, whole key)"""
        shown = hashlib.sha256(f"{method} {route}".encode()).hexdigest()[:32]
        return shown, shown + ":" + ":".join(names.get(x, "") for x in TOP_LEVEL)

    def limit_of(self, method, route):
        return LIMITS.get((method, route), DEFAULT)

    def refuse(self, method, route, names):
        """Counts the request. @returns the answer that refuses it, or None"""
        if self.banned():
            return cloudflare_answer(INVALID_WINDOW_S)
        shown, key = self.bucket_of(method, route, names)
        exempt = route.startswith(("/interactions", "/webhooks"))  # from what is global
        now = self.clock.now()
        for place in (key, shown) if exempt else ("global", key, shown):
            until, scope = self.blocked.get(place, (0, ""))
            if now < until:
                return too_many(until - now, scope, self.headers(method, route, names))
        if not self.settings.rate_limits:
            return None
        if not exempt and self._over_global():
            return too_many(1.0, "global", {})
        window = self._window(method, route, key)
        if window[1] <= 0:
            return too_many(window[0] - now, "user", self.headers(method, route, names))
        window[1] -= 1
        return None

    def _window(self, method, route, key):
        count, seconds = self.limit_of(method, route)
        window = self.windows.get(key)
        if window is None or window[0] <= self.clock.now():
            window = self.windows[key] = [self.clock.now() + seconds, count]
        return window

    def _over_global(self):
        now = time.monotonic()
        while self.second and self.second[0] < now - 1:
            self.second.popleft()
        self.second.append(now)
        return len(self.second) > self.settings.global_per_second

    def headers(self, method, route, names):
        """What every answer says of its bucket."""
        if not self.settings.rate_limit_headers:
            return {}
        shown, key = self.bucket_of(method, route, names)
        end, left = self._window(method, route, key)
        return {"X-RateLimit-Limit": str(self.limit_of(method, route)[0]), "X-RateLimit-Remaining": str(left),
                "X-RateLimit-Reset": f"{end:.3f}", "X-RateLimit-Reset-After": f"{max(0, end - self.clock.now()):.3f}",
                "X-RateLimit-Bucket": shown}

    def block(self, place, seconds, scope):
        """@param place "global", or a bucket's hash or key"""
        self.blocked[place] = (self.clock.now() + seconds, scope)

    def count_answer(self, answer):
        """Counts it when it is an invalid one. @source "Invalid Request Limit" """
        if answer.status in (401, 403, 429) and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.invalid.append(self.clock.now())

    def banned(self):
        while self.invalid and self.invalid[0] < self.clock.now() - INVALID_WINDOW_S:
            self.invalid.popleft()
        return len(self.invalid) >= self.settings.invalid_requests_max


def too_many(retry_after, scope, headers):
    headers = {**headers, "Retry-After": str(max(1, round(retry_after + 0.5))), "X-RateLimit-Scope": scope}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    elif headers.get("X-RateLimit-Remaining"):
        headers.update({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": f"{retry_after:.3f}"})
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": scope == "global"}
    return json_answer(429, body, **headers)


def cloudflare_answer(seconds):
    """Not the API's: HTML, and no `Via`."""
    return Answer(429, CLOUDFLARE_PAGE, {"Content-Type": "text/html; charset=UTF-8", "Server": "cloudflare",
                                         "Retry-After": str(int(seconds))})
