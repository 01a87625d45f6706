"""Files of tokens: who is who, and which files are not taken."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
import structlog

from bunsui_core.domain.errors import BadInput, BunsuiError, NotAuthorised, Unavailable
from bunsui_mcp.tokens import SHORTEST, Tokens
from tests.mcp.served import CLAUDE, COPILOT

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file with these permissions, which are never wider in between."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    path.chmod(mode)


async def subject(tokens: Tokens, token: str) -> str | None:
    """Whom a token stands for."""
    access = await tokens.verify_token(token)
    return access.subject if access else None


async def test_each_token_stands_for_its_name(path: Path) -> None:
    write(path, f"# a comment\nclaude {CLAUDE}\n\n  copilot\t{COPILOT}  \n")
    tokens = Tokens(path)

    assert await subject(tokens, CLAUDE) == "claude"
    assert await subject(tokens, COPILOT) == "copilot"
    assert await subject(tokens, CLAUDE[:-1]) is None
    assert await subject(tokens, "") is None


async def test_one_token_alone_stands_for_the_name_that_was_given(path: Path) -> None:
    write(path, f"{CLAUDE}\n")

    assert await subject(Tokens(path, "claude"), CLAUDE) == "claude"


async def test_a_file_may_hold_the_digest_of_a_token_instead(path: Path) -> None:
    digest = sha256(CLAUDE.encode()).hexdigest()
    write(path, f"claude sha256:{digest.upper()}\n")
    tokens = Tokens(path)

    assert await subject(tokens, CLAUDE) == "claude"
    assert await subject(tokens, f"sha256:{digest}") is None


async def test_two_tokens_may_stand_for_one_name_while_one_replaces_the_other(path: Path) -> None:
    write(path, f"claude {CLAUDE}\nclaude {COPILOT}\n")
    tokens = Tokens(path)

    assert {await subject(tokens, CLAUDE), await subject(tokens, COPILOT)} == {"claude"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o602, 0o666])
async def test_a_file_that_others_can_use_is_refused(path: Path, mode: int) -> None:
    write(path, f"claude {CLAUDE}\n", mode)

    with pytest.raises(NotAuthorised, match=f"chmod 600 {path}"):
        Tokens(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
async def test_a_file_that_only_its_owner_can_use_is_taken(path: Path, mode: int) -> None:
    write(path, f"claude {CLAUDE}\n", mode)

    assert await subject(Tokens(path), CLAUDE) == "claude"


UNUSABLE = {
    "nothing": "",
    "only a comment": "# nobody\n",
    "a token without a name": f"{CLAUDE}\n",
    "a name that misleads": f"hanako,approved {CLAUDE}\n",
    "three words": f"claude {CLAUDE} {COPILOT}\n",
    "a short token": f"claude {'c' * (SHORTEST - 1)}\n",
    "no digest": "claude sha256:abc\n",
    "a digest of other letters": f"claude sha256:{'z' * 64}\n",
    "a token twice": f"claude {CLAUDE}\ncopilot {CLAUDE}\n",
}


@pytest.mark.parametrize("text", UNUSABLE.values(), ids=UNUSABLE)
async def test_a_file_that_cannot_be_used_is_a_sentence_without_the_token(
    path: Path, text: str
) -> None:
    write(path, text)

    with pytest.raises(BadInput) as raised:
        Tokens(path)
    assert str(path) in str(raised.value)
    assert not [word for word in text.split() if len(word) >= 20 and word in str(raised.value)]


async def test_two_tokens_in_a_file_of_one_are_refused(path: Path) -> None:
    write(path, f"{CLAUDE}\n{COPILOT}\n")

    with pytest.raises(BadInput, match="one token alone"):
        Tokens(path, "claude")


async def test_a_file_that_is_not_text_is_a_sentence(path: Path) -> None:
    write(path, "")
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(BadInput, match="not a text file"):
        Tokens(path)


async def test_a_file_that_is_not_there_is_a_sentence(path: Path) -> None:
    with pytest.raises(Unavailable, match=r'cannot be read.*echo "NAME \$\(openssl [^"]*\)" > /'):
        Tokens(path)
    with pytest.raises(Unavailable, match=r"cannot be read.*077; openssl [^)]* > /"):
        Tokens(path, "claude")


async def test_a_changed_file_counts_from_the_next_call_on(path: Path) -> None:
    write(path, f"claude {CLAUDE}\n")
    tokens = Tokens(path)

    write(path, f"copilot {COPILOT}\n")

    assert await subject(tokens, CLAUDE) is None
    assert await subject(tokens, COPILOT) == "copilot"


def opened(path: Path) -> None:
    path.chmod(0o644)


def spoiled(path: Path) -> None:
    path.write_text("claude short\n")


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [opened, spoiled, gone])
async def test_while_the_file_cannot_be_used_nobody_comes_in_and_it_is_logged_once(
    path: Path, harm: object
) -> None:
    write(path, f"claude {CLAUDE}\n")
    tokens = Tokens(path)
    with structlog.testing.capture_logs() as logged:
        assert callable(harm)
        harm(path)
        refused = [await subject(tokens, CLAUDE) for _ in range(3)]
        write(path, f"claude {CLAUDE}\n")

        assert await subject(tokens, CLAUDE) == "claude"
    assert refused == [None, None, None]
    assert [one["event"] for one in logged] == ["tokens_refused"]
    assert CLAUDE not in str(logged)


async def test_every_refusal_says_what_to_do(path: Path) -> None:
    for text in UNUSABLE.values():
        write(path, text)
        with pytest.raises(BunsuiError) as raised:
            Tokens(path)
        assert raised.value.next_step
