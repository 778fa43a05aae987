"""A certificate authority of a test's own, and what it signs, in PEM."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_IN_CLEAR = serialization.NoEncryption()
_ADDRESS = ip_address("127.0.0.1")


@dataclass(frozen=True, slots=True)
class Certified:
    """certificate, key: in PEM; the key in PKCS #8, not encrypted."""

    certificate: str
    key: str


class Authority:
    """Signs for a day. certificate: its own, in PEM."""

    def __init__(self, name: str = "Test authority") -> None:
        self._name = _named(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        basic = x509.BasicConstraints(ca=True, path_length=0)
        draft = self._draft(self._name, self._key).add_extension(basic, critical=True)
        self.certificate = _pem(draft.sign(self._key, hashes.SHA256()))

    def certify(self, name: str, *hosts: str) -> Certified:
        """A key and a certificate of `name`, good for these host names and for 127.0.0.1; without
        hosts for no server at all."""
        key = ec.generate_private_key(ec.SECP256R1())
        draft = self._draft(_named(name), key)
        if hosts:
            names = [*map(x509.DNSName, hosts), x509.IPAddress(_ADDRESS)]
            draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
        signed = draft.sign(self._key, hashes.SHA256())
        return Certified(_pem(signed), _pem_of_key(key))

    def encrypted_key(self, password: str) -> str:
        """Its own key in PEM, encrypted."""
        return _pem_of_key(self._key, serialization.BestAvailableEncryption(password.encode()))

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem_of_key(
    key: ec.EllipticCurvePrivateKey,
    kept: serialization.KeySerializationEncryption = _IN_CLEAR,
) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, kept).decode()
