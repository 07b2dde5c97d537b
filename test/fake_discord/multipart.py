"""Bodies of several parts, as files come. @source RFC 7578"""
import dataclasses
import email.message


@dataclasses.dataclass
class Part:
    field: str
    name: str  # of the file; "" where it is none
    kind: str
    content: bytes


def read_parts(content_type, body):
    """Raises ValueError when the body is not what the content type says."""
    boundary = parameters(content_type).get_param("boundary")
    if not boundary:
        raise ValueError("no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"))
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise ValueError("the last part does not end")
    return [read_part(x) for x in pieces[1:-1]]


def read_part(piece):
    head, empty, content = piece.partition(b"\r\n\r\n")
    if not empty:
        raise ValueError("a part without a head")
    headers = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    disposition = parameters(headers.get("content-disposition", ""))
    field = disposition.get_param("name")
    if not field:
        raise ValueError("a part without a name")
    kind = headers.get("content-type") or "application/octet-stream"
    return Part(field, disposition.get_param("filename") or "", kind, content)


def parameters(value):
    """A header of a value and `; name="value"` after it, for get_param to read."""
    message = email.message.Message()
    message["Content-Type"] = value
    return _Plain(message)


class _Plain:
    def __init__(self, message):
        self.message = message

    def get_param(self, name):
        value = self.message.get_param(name)
        return value[2] if isinstance(value, tuple) else value
