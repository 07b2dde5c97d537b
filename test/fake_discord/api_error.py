"""What Discord says when it refuses. @source Discord API reference, "Opcodes and Status Codes" """
from .http_wire import json_answer

WORDS = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30034: (429, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on this channel type"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (400, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
}


class ApiError(Exception):
    """@param errors the `errors` of a form that is wrong, by field"""

    def __init__(self, code, errors=None, status=None, message=None):
        super().__init__(code)
        self.code = code
        self.status, self.message = WORDS.get(code, (status, message))
        self.errors = errors

    def answer(self):
        body = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.status == 429:
            body.update(retry_after=60.0, **{"global": False})
            return json_answer(429, body, **{"Retry-After": "60"})
        return json_answer(self.status, body)


def unauthorized():
    return ApiError(0, status=401, message="401: Unauthorized")


def not_found():
    return ApiError(0, status=404, message="404: Not Found")


def wrong_form(path, code, message):
    """@param path the field, e.g. "embeds.0.title" """
    inner = {"_errors": [{"code": code, "message": message}]}
    for name in reversed(path.split(".")):
        inner = {name: inner}
    return ApiError(50035, errors=inner)


def too_long(path, at_most):
    return wrong_form(path, "BASE_TYPE_MAX_LENGTH", f"Must be {at_most} or fewer in length.")


def required(path):
    return wrong_form(path, "BASE_TYPE_REQUIRED", "This field is required")
