"""Which images can be pulled here, and what stands for them.

Nothing is ever pulled. Python's official images stand for the Python that runs the embedded AWS. An
image of the embedded ECR that was put there stands for it too: what runs is the command that the
task definition or the override names. Every other image cannot be pulled.
"""

from __future__ import annotations

import re

from ministack.services import ecr

from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_PYTHON = re.compile(
    r"((public\.ecr\.aws/docker|docker\.io)/library/|docker\.io/)?python"
    r"(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?"
)
_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^:@]+)"
    r"(:(?P<tag>[\w][\w.-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_TRIED = "CannotPullContainerError: pull image manifest has been retried 1 time(s)"
_DENIED = (
    "pull access denied, repository does not exist or may require authorization: "
    "server message: insufficient_scope: authorization failed"
)


class CannotPull(Exception):
    """The image is not there; carries the reason as ECS words it."""


def require(image: str) -> None:
    """Pass when something here stands for the image.

    Raises:
        CannotPull: nothing does.
    """
    if _PYTHON.fullmatch(image):
        return
    own = _ECR.fullmatch(image)
    if own is None:
        raise CannotPull(f"{_TRIED}: failed to resolve ref {reference(image)}: {_DENIED}")
    if not _is_stored(own):
        named = reference(image)
        raise CannotPull(f"{_TRIED}: failed to resolve ref {named}: {named}: not found")


def reference(image: str) -> str:
    """Return the whole name that a short name of an image stands for, as Docker completes it."""
    host, slash, _ = image.partition("/")
    named = image if slash and ("." in host or ":" in host) else f"docker.io/{_in_library(image)}"
    return named if ":" in named.rpartition("/")[2] else f"{named}:latest"


def _in_library(image: str) -> str:
    return image if "/" in image else f"library/{image}"


def _is_stored(own: re.Match[str]) -> bool:
    images: list[Document] | None = ecr._images.get_scoped(
        own["account"], own["region"], own["repository"]
    )
    digest, tag = own["digest"], own["tag"] or "latest"
    return any(
        image["imageDigest"] == digest if digest else tag in _tags(image) for image in images or ()
    )


def _tags(image: Document) -> list[Json]:
    tags = image.get("imageTags")
    return tags if isinstance(tags, list) else []
