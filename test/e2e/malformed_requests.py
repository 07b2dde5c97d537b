"""Requests that a strict server must refuse, or must read in one way only, each with the status that docs/HTTP_API.md
gives it: RFC 9112 and what request smuggling lives on. `CASES` is a list of (name, bytes, status)."""

TOKEN = "X-Bot-Token: bot-secret-1\r\n"
HOST = "Host: x\r\n"
JOB = '{"command":"ping"}'
CASES = []


def case(name, request, status):
    CASES.append((name, request if isinstance(request, bytes) else request.encode("latin-1"), status))


def get(fields="", target="/health", version="HTTP/1.1", method="GET"):
    return f"{method} {target} {version}\r\n{HOST}{fields}\r\n"


def post(fields, body=JOB):
    return f"POST /jobs HTTP/1.1\r\n{HOST}{TOKEN}{fields}\r\n{body}"


def chunks(body):
    return post("Transfer-Encoding: chunked\r\n", body)


# -- two ways to tell the length of a body ---------------------------------------------------------------------------
case("both lengths", post("Content-Length: 18\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400)
case("both lengths, turned", post("Transfer-Encoding: chunked\r\nContent-Length: 18\r\n", "0\r\n\r\n"), 400)
case("both lengths, length 0", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400)
case("two equal lengths", post("Content-Length: 18\r\nContent-Length: 18\r\n"), 400)
case("two lengths", post("Content-Length: 18\r\nContent-Length: 2\r\n"), 400)
case("two lengths, other case", post("Content-Length: 18\r\ncontent-LENGTH: 18\r\n"), 400)
for length in ("18, 18", "18,18", "+18", "-18", "-1", "0x12", "18a", "a", "1 8", "18.0", "1e1", "", " ", "\xb9\xb8",
               "18;", "'18'", '"18"', "99999999999999999999", "18446744073709551616", "340282366920938463463374607431768211456"):
    case(f"length {length!r}", post(f"Content-Length: {length}\r\n"), 400)
for length in ("18446744073709551615", "9223372036854775807", "4294967296", "2147483648"):
    case(f"length {length}", post(f"Content-Length: {length}\r\n", ""), 413)
for coding in ("chunked, chunked", "gzip, chunked", "chunked, gzip", "identity", "chunked, identity", "chunked;q=1", "xchunked",
               "chunkedx", "chunked,", ",chunked", "", "'chunked'", '"chunked"', "chunk ed", "gzip"):
    case(f"coding {coding!r}", post(f"Transfer-Encoding: {coding}\r\n", "0\r\n\r\n"), 400)
case("two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400)
case("two codings, one unknown", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n"), 400)
case("a coding in HTTP/1.0", f"POST /jobs HTTP/1.0\r\n{TOKEN}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)
case("a coding in other case is one", chunks("12\r\n" + JOB + "\r\n0\r\n\r\n").replace("chunked", "ChunKed"), 200)
case("a length with zeros before it is one", post("Content-Length: 00018\r\n"), 200)

# -- chunks ----------------------------------------------------------------------------------------------------------
case("chunks", chunks("12\r\n" + JOB + "\r\n0\r\n\r\n"), 200)
for size in ("xyz", "-1", "+12", "0x12", " 12", "1 2", "", "g", "12\x00", "\x0012", "'12'", "1.2", "\t12"):
    case(f"chunk size {size!r}", chunks(f"{size}\r\n{JOB}\r\n0\r\n\r\n"), 400)
for size in ("FFFFFFFFFFFFFFFFF", "10000000000000000", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"):
    case(f"chunk size {size}", chunks(f"{size}\r\n{JOB}"), 400)
for size in ("FFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "FFFFFFFF", "80001"):
    case(f"chunk size {size}", chunks(f"{size}\r\n{JOB}"), 413)
case("a chunk longer than its size", chunks("5\r\n" + JOB + "\r\n0\r\n\r\n"), 400)
case("a chunk without an end of line", chunks("12\r\n" + JOB + "0\r\n\r\n"), 400)
case("chunk lines that end in LF", chunks("12\n" + JOB + "\n0\n\n"), 400)
case("a chunk size that ends in CR", chunks("12\r" + JOB + "\r\n0\r\n\r\n"), 400)
case("a trailer", chunks("12\r\n" + JOB + "\r\n0\r\nX-Late: 1\r\n\r\n"), 400)
case("a trailer that tells a length", chunks("12\r\n" + JOB + "\r\n0\r\nContent-Length: 5\r\n\r\n"), 400)
case("a trailer with a token", chunks("12\r\n" + JOB + "\r\n0\r\nX-Bot-Token: x\r\n\r\n"), 400)
case("an endless chunk extension", chunks("12;" + "x" * 20_000), 400)

# -- lines and control characters ------------------------------------------------------------------------------------
case("lines that end in LF", "GET /health HTTP/1.1\nHost: x\n\n", 400)
case("a first line that ends in LF", "GET /health HTTP/1.1\nHost: x\r\n\r\n", 400)
case("a field that ends in LF", f"GET /health HTTP/1.1\r\n{HOST}X: 1\nY: 2\r\n\r\n", 400)
case("a head that ends in LF", "GET /health HTTP/1.1\r\nHost: x\r\n\n", 400)
case("a CR within a field", get("X: a\rb\r\n"), 400)
case("a CR before CRLF", get("X: a\r\r\n"), 400)
case("a folded line", get("X: a\r\n b\r\n"), 400)
case("a line folded with a tab", get("X: a\r\n\tb\r\n"), 400)
case("a folded token", f"POST /jobs HTTP/1.1\r\n{HOST}X-Bot-Token:\r\n bot-secret-1\r\nContent-Length: 18\r\n\r\n{JOB}", 400)
case("a blank before the first field", f"GET /health HTTP/1.1\r\n {HOST}\r\n", 400)
for code in (0, 1, 2, 7, 8, 11, 12, 14, 27, 31, 127):
    case(f"control character {code} in a value", get(f"X: a{chr(code)}b\r\n"), 400)
for code in (0, 1, 9, 32, 127, 255):
    case(f"character {code} in a name", get(f"X{chr(code)}Y: 1\r\n"), 400)
for name in ("X:Y".split(":")[0] + " ", "", "(x)", "x/y", "x@y", "x[y", "x{y", 'x"y', "x\\y", "x=y", "x?y", "x,y", "x;y", "x<y"):
    case(f"field name {name!r}", get(f"{name}: 1\r\n"), 400)
case("a blank before the colon of a length", post("Content-Length : 18\r\n"), 400)
case("a tab before the colon of a coding", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400)
case("a field without a colon", get("X\r\n"), 400)

# -- the first line --------------------------------------------------------------------------------------------------
for version in ("http/1.1", "HTTP/1.1 ", "HTTP/ 1.1", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.1.1", "HTTP/1.10", "HTTP/11",
                "HTTP 1.1", "HTTPS/1.1", "XTTP/1.1", "HTTP/x.y", "HTTP/-1.1", ""):
    case(f"version {version!r}", get(version=version), 505)
for version in ("HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9", "HTTP/1.2"):
    case(f"version {version}", get(version=version), 505)
case("no version", f"GET /health\r\n{HOST}\r\n", 400)
case("two blanks", f"GET  /health HTTP/1.1\r\n{HOST}\r\n", 400)
case("two blanks before the version", f"GET /health  HTTP/1.1\r\n{HOST}\r\n", 505)
case("a tab for a blank", f"GET\t/health HTTP/1.1\r\n{HOST}\r\n", 400)
case("a blank before the method", f" GET /health HTTP/1.1\r\n{HOST}\r\n", 400)
case("no method", f" /health HTTP/1.1\r\n{HOST}\r\n", 400)
for method in ("G(T", "G@T", "GET/", "G\x00T", "G\xc9T", "G\x7fT"):
    case(f"method {method!r}", get(method=method), 400)
case("a method in other case is another", get(method="get"), 405)
case("an unknown method", get(method="BREW"), 405)
case("a tunnel", get(method="CONNECT", target="x:80"), 404)
case("all of the server", get(method="OPTIONS", target="*"), 404)
case("a blank in the target", get(target="/hea lth"), 505)
for target in ("/health\x00", "/hea\x01lth", "/hea\x7flth"):
    case(f"target {target!r}", get(target=target), 400)
for target in ("//health", "/health/", "/./health", "/x/../health", "/%68ealth", "/health%00", "/health%2f", "health",
               "\\health", "ftp://x/health", "/health;x"):
    case(f"target {target!r} is another path", get(target=target), 404)
for target in ("http://other/health", "https://other/health", "/health?x=%00", "/health?", "/health?a=b#c"):
    case(f"target {target!r} is the path", get(target=target), 200)
case("no host", "GET /health HTTP/1.1\r\n\r\n", 400)
case("two hosts", get(HOST), 400)
case("two different hosts", get("Host: y\r\n"), 400)

# -- who asks --------------------------------------------------------------------------------------------------------
for name in ("X-Bot-Token", "X-Worker-Token", "X-Worker-Id", "X-Worker-Caps", "X-Worker-Boot-Id", "X-Worker-Version", "X-Lease-Id",
             "Authorization", "Idempotency-Key"):
    case(f"two of {name}", get(f"{name}: a\r\n{name}: a\r\n"), 400)
    case(f"two of {name}, other case", get(f"{name}: a\r\n{name.lower()}: b\r\n"), 400)
case("a token with an underscore is none", f"GET /jobs HTTP/1.1\r\n{HOST}X_Bot_Token: bot-secret-1\r\n\r\n", 401)
case("a token in the query is none", get(target="/jobs?X-Bot-Token=bot-secret-1"), 401)
case("a token with more behind it", f"GET /jobs HTTP/1.1\r\n{HOST}X-Bot-Token: bot-secret-1,x\r\n\r\n", 401)

# -- sizes -----------------------------------------------------------------------------------------------------------
case("a large field", get("X: " + "a" * 20_000 + "\r\n"), 431)
case("many small fields", get("".join(f"X-{i}: {i}\r\n" for i in range(2_000))), 431)
case("a large target", get(target="/" + "a" * 20_000), 431)
case("a large method", get(method="A" * 20_000), 431)
case("a line without an end", "GET /" + "a" * 200_000, 431)
case("a head of 16384 bytes", get("X: " + "a" * (16_384 - len(get("X: \r\n"))) + "\r\n"), 200)
case("a head of 16385 bytes", get("X: " + "a" * (16_385 - len(get("X: \r\n"))) + "\r\n"), 431)
case("an unknown expectation", get("Expect: a-pony\r\n"), 417)
case("five empty lines", "\r\n" * 5, 400)
case("four empty lines and a request", "\r\n" * 4 + get(), 200)

# -- other protocols -------------------------------------------------------------------------------------------------
case("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)), 400)
case("HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)
case("HTTP/2 by upgrade is not taken up", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"), 200)
case("SSH", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400)
case("SMTP", "EHLO x\r\n\r\n", 400)
case("Redis", "*1\r\n$4\r\nPING\r\n\r\n", 400)
case("zeros", b"\x00" * 64, 400)
case("ones", b"\xff" * 64 + b"\r\n\r\n", 400)
