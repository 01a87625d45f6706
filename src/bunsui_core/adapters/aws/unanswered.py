"""Why AWS gave no answer at all, and what a person does about it: sign in, a proxy, a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunsui_core.domain.errors import Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError

_LOOK = "Check the network, or the embedded AWS with `bunsui local status`, and try again."

_BY_NAME = {
    "ProfileNotFound": "Correct the name, or make it with `aws configure --profile NAME`.",
    "ConfigParseError": "Correct that file; `aws configure list` reads the same one.",
    "NoCredentialsError": "Sign in with `aws sso login` or `aws configure`, for this profile.",
    "PartialCredentialsError": "Complete the profile with `aws configure`.",
    "CredentialRetrievalError": "Run what the profile runs to get credentials, and correct it.",
    "MissingDependencyException": "Sign in in another way, or install what is named.",
    "RefreshWithMFAUnsupportedError": "Sign in again; a one-time code cannot be asked for here.",
    "InvalidConfigError": "Correct the profile in your AWS configuration.",
    "InfiniteLoopConfigError": "Correct the profile in your AWS configuration.",
    "InvalidRegionError": "Correct the region, such as `eu-west-1`.",
    "NoRegionError": "Name a region.",
    "ProxyConnectionError": "Check HTTPS_PROXY and the proxy, or except AWS in NO_PROXY.",
    "InvalidProxiesConfigError": "Correct the proxy of the profile.",
    "SSLError": "If a proxy opens TLS here, name its certificate in AWS_CA_BUNDLE.",
    "EndpointConnectionError": "Check the network and the region's name, and the embedded AWS "
    "with `bunsui local status`.",
}

_SIGN_IN = "Sign in again with `aws sso login` or `aws login`, for this profile."
_SIGNED_OUT = ("SSO", "UnauthorizedSSO", "Token", "NoAuthToken", "Login")
"""How the names of errors of a browser sign-in begin."""


def unanswered(error: BotoCoreError, subject: str) -> Unavailable:
    """Return why a call about `subject` got no answer, with the next step."""
    return Unavailable(f"AWS does not answer about {subject}: {said(error)}.", remedy(error))


def remedy(error: BotoCoreError) -> str:
    """Return what to do about an error that botocore found before any answer came."""
    name = type(error).__name__
    if name.startswith(_SIGNED_OUT):
        return _SIGN_IN
    return _BY_NAME.get(name, _LOOK)


def said(error: BotoCoreError) -> str:
    """Return the words of an error on one line, without a full stop."""
    return " ".join(str(error).split()).rstrip(".")
