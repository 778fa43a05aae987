"""What the portal is told. All names begin with KOPPLA_, most with KOPPLA_PORTAL_."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator

from chassis.client_address import ProxySettings
from chassis.settings import Duration, SettingError
from portal.sealing import Keys

PLAYED_PLATFORM = "/demo/platform"
"""Where a run for development plays the platform's side."""


class PortalSettings(ProxySettings):
    """public_url: where people reach the portal. platform_url: where a sign-in leads, as activation
    has it: a page may only send its forms to places that it names. portal_gateway_url: where the
    API answers. portal_keys: `id:base64,id:base64`, the first one seals. portal_session_ttl: the
    longest that somebody stays signed in; her token's end may come earlier.

    portal_oidc_…: the issuer at which people sign in, and what the portal is there. portal_demo:
    the document of `sign_in.demo_document`, for development; empty for none.
    """

    public_url: str
    platform_url: str
    portal_gateway_url: str
    portal_keys: SecretStr
    portal_session_ttl: Duration = timedelta(hours=10)
    portal_oidc_issuer: str = ""
    portal_oidc_client_id: str = ""
    portal_oidc_client_secret: SecretStr | None = None
    portal_oidc_scopes: str = "openid profile email"
    portal_demo: SecretStr | None = None

    @field_validator("public_url", "platform_url", "portal_gateway_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.netloc:
            raise ValueError("must be an http or https URL")
        return value.rstrip("/")

    @field_validator("portal_oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("https", "http"):
            raise ValueError("must be an http or https URL")
        return value

    @field_validator("portal_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        Keys.parse(value.get_secret_value())
        return value

    @property
    def keys(self) -> Keys:
        return Keys.parse(self.portal_keys.get_secret_value())

    @property
    def is_secure(self) -> bool:
        """Whether people come by https."""
        return self.public_url.startswith("https:")

    @property
    def oidc_client_secret(self) -> str | None:
        """None for a client without one; PKCE alone then guards the code."""
        secret = self.portal_oidc_client_secret
        return (secret.get_secret_value() or None) if secret else None

    @property
    def has_issuer(self) -> bool:
        return bool(self.portal_oidc_issuer)

    def check_sign_in(self) -> None:
        """Raises SettingError where nobody could sign in, or sign-ins would lead to nowhere."""
        if self.has_issuer and not self.portal_oidc_client_id:
            raise SettingError("KOPPLA_PORTAL_OIDC_CLIENT_ID: is missing")
        if self.has_issuer and self.platform_url == f"{self.public_url}{PLAYED_PLATFORM}":
            raise SettingError(
                f"KOPPLA_PLATFORM_URL: must be the platform's own, {PLAYED_PLATFORM} is not there"
                " where KOPPLA_PORTAL_OIDC_ISSUER is set"
            )
        if not self.has_issuer and not (
            self.portal_demo and self.portal_demo.get_secret_value().strip()
        ):
            raise SettingError("KOPPLA_PORTAL_OIDC_ISSUER: is missing")
