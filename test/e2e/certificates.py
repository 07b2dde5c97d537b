"""Certificates for tests of TLS, made by the openssl program in a folder."""
import pathlib
import subprocess


class Authority:
    """One that signs; `file` is its own certificate (PEM)."""

    def __init__(self, folder, name="authority"):
        self.folder, self.name = pathlib.Path(folder), name
        self.file, self.key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key,
                "-out", self.file)

    def sign(self, host, days=2):
        """@param days negative: it has expired  @returns the files of a certificate for this host, and of its key"""
        name = f"{self.name}-{host}-{days}"
        made = [self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr", "ext")]
        certificate, key, request, extension = made
        extension.write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial",
                *lifetime(days), "-extfile", extension, "-out", certificate)
        return str(certificate), str(key)


def lifetime(days):
    """@param days negative: it has expired  @returns what `openssl x509 -req` is told of it"""
    said = subprocess.run(["openssl", "x509", "-help"], capture_output=True, text=True, check=False).stderr
    if days < 0 and "-not_after" in said:  # OpenSSL 3.4 or newer, which refuses an end before the begin
        return ["-not_before", "20200101000000Z", "-not_after", "20200201000000Z"]
    return ["-days", str(days)]


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
