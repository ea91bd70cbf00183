"""The secrets of one stack, made at its first start: ``python -m stack.keys FOLDER [NAME...]``.

One self-signed certificate is the stack's identity. Flink's processes and our own clients show it and trust
nothing else, so whoever cannot read the folder can neither ask Flink nor pass for it. The passwords are for
what speaks no TLS here. The folder is the user's alone, and so is every file in it.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from telemetry.visible import visible
from topics.settings import USER

VALID = timedelta(days=825)
RENEWED_BEFORE = timedelta(days=90)
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
ALIAS = b"tidewire"
TOKEN_BYTES = 32
# As Flink and its connector carry them in their own archives.
FLINKS_KAFKA = "org.apache.flink.kafka.shaded.org.apache.kafka"
FLINKS_ZOOKEEPER = "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper"


@dataclass(frozen=True, slots=True)
class Keys:
    """Where they lie."""

    folder: Path

    @property
    def identity(self) -> Path:
        """Key and certificate as PEM, for Python."""
        return self.folder / "identity.pem"

    @property
    def certificate(self) -> Path:
        """The certificate alone, as PEM: for whom only the server has to prove who it is."""
        return self.folder / "certificate.pem"

    @property
    def trust(self) -> Path:
        """The same as a trust store without a password, for Java."""
        return self.folder / "trust.p12"

    @property
    def jaas(self) -> Path:
        """Who Java's clients of Kafka and ZooKeeper are, by the Java Authentication and Authorization
        Service: neither on a command line nor in a job's graph."""
        return self.folder / "clients.jaas"

    @property
    def store(self) -> Path:
        """The same as PKCS #12, for Java; key store and trust store in one."""
        return self.folder / "identity.p12"

    @property
    def store_password(self) -> Path:
        return self.folder / "store.password"

    @property
    def kafka_password(self) -> Path:
        return self.folder / "kafka.password"

    @property
    def zookeeper_password(self) -> Path:
        return self.folder / "zookeeper.password"

    @property
    def ui_token(self) -> Path:
        """What opens Flink's web UI."""
        return self.folder / "ui.token"

    @property
    def passwords(self) -> tuple[Path, ...]:
        return self.store_password, self.kafka_password, self.zookeeper_password, self.ui_token


def read(path: Path) -> str:
    """A password. Raises OSError when it is not there."""
    return path.read_text(encoding="ascii").strip()


def make(folder: Path, names: tuple[str, ...] = LOCAL_NAMES, now: datetime | None = None) -> bool:
    """Makes what is missing, and the certificate anew when it is near its end, is for other names or
    cannot be read; whether it was. Nothing of the stack may run meanwhile. ``now``: aware."""
    keys, today = Keys(folder), now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for password in keys.passwords:
        if not password.exists():
            write(password, secrets.token_urlsafe(TOKEN_BYTES).encode())
    write(keys.jaas, _clients(keys).encode())
    if _fits(keys, names, today):
        return False
    key, certificate = _certificate(names, today)
    write(keys.identity, _private_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
    write(keys.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    trusted = pkcs12.PKCS12Certificate(certificate, ALIAS)
    write(keys.trust, pkcs12.serialize_java_truststore([trusted], serialization.NoEncryption()))
    sealed = serialization.BestAvailableEncryption(read(keys.store_password).encode())
    write(keys.store, pkcs12.serialize_key_and_certificates(ALIAS, key, certificate, None, sealed))
    return True


def write(path: Path, content: bytes) -> None:
    """A file of its user alone, whole or not at all."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)


def _clients(keys: Keys) -> str:
    kafka, zookeeper = read(keys.kafka_password), read(keys.zookeeper_password)
    return (
        f"KafkaClient {{ {FLINKS_KAFKA}.common.security.plain.PlainLoginModule required "
        f'username="{USER}" password="{kafka}"; }};\n'
        f"Client {{ {FLINKS_ZOOKEEPER}.server.auth.DigestLoginModule required "
        f'username="{USER}" password="{zookeeper}"; }};\n'
    )


def _fits(keys: Keys, names: tuple[str, ...], today: datetime) -> bool:
    if not all(each.exists() for each in (keys.identity, keys.store, keys.certificate, keys.trust)):
        return False
    try:
        password = read(keys.store_password).encode()
        _, stored, _ = pkcs12.load_key_and_certificates(keys.store.read_bytes(), password)
        shown = x509.load_pem_x509_certificate(keys.identity.read_bytes())
    except ValueError:
        # Cut off, or of another password: made anew.
        return False
    known = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = list(known) == _names(names)
    return stored == shown and covered and today < shown.not_valid_after_utc - RENEWED_BEFORE


def _certificate(
    names: tuple[str, ...], today: datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tidewire stack")])
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that was set back a little does not make it invalid.
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + VALID)
        .add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _names(names: tuple[str, ...]) -> list[x509.GeneralName]:
    return [_name(each) for each in names]


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def main(arguments: list[str]) -> int:
    if not arguments:
        print("usage: python -m stack.keys FOLDER [NAME...]", file=sys.stderr)
        return 2
    made = make(Path(arguments[0]), (*LOCAL_NAMES, *arguments[1:]))
    print(
        visible("made a certificate; restart what knows another one" if made else "the certificate is good")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
