"""Every command, really run, answers in its schema; none is left out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.seed import seed
from bunsui_core.adapters.emulator.launcher import down, up
from bunsui_core.adapters.emulator.record import Folder
from bunsui_core.domain.policy import STARTER
from bunsui_core.domain.session import JobRun, SessionStatus, Wish
from bunsui_core.domain.storm import Storms
from bunsui_core.settings import Settings
from bunsui_core.wiring.operator import writer
from bunsui_core.wiring.stage import PASSPHRASE
from bunsui_core.wiring.store import store
from tests.builders import a_session
from tests.cli.shell import Done, Terminal, bunsui, environment
from tests.cli.test_docs import commands
from tests.cli.test_schemas import validator
from tests.e2e.headless import play_demo

pytestmark = pytest.mark.slow

BECOME_ANOTHER_PROGRAM = {("tui",), ("mcp",)}
"""They have no envelope."""

STOPS = {("local", "down"), ("local", "reset")}
"""They come last: nothing can be asked about an AWS that is gone."""


@dataclass(frozen=True)
class Home:
    """A home with an embedded AWS, a session that failed, and a profile that leads there."""

    path: Path
    session_id: str
    request_id: str

    def run(self, *command: str) -> Done:
        """Run a command with pipes; `SESSION`, `REQUEST` and a new `FILE` stand for what is."""
        found = {"SESSION": self.session_id, "REQUEST": self.request_id}
        found["FILE"] = str(self.path / f"written-{command[-1]}")
        words = [found.get(word, word) for word in command]
        return bunsui(self.path, *words, stdin='{"key": 1}', **self.aws)

    @property
    def aws(self) -> dict[str, str]:
        """The variables of the user's own AWS configuration."""
        return {"AWS_CONFIG_FILE": str(self.path / "aws"), "AWS_SHARED_CREDENTIALS_FILE": "/none"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home in which a demo was played and everything still runs."""
    path = tmp_path_factory.mktemp("answers")
    report = play_demo(path, 1, "--scene", "rejected")
    server = up(path, watch_pid=os.getpid())
    root = Folder.of(path).read_credentials("root")
    assert root
    (path / "aws").write_text(
        f"[profile shop]\nregion = {server.region}\nendpoint_url = {server.url}\n"
        f"aws_access_key_id = {root.access_key_id}\n"
        f"aws_secret_access_key = {root.secret_access_key}\n",
        encoding="utf-8",
    )
    keep_open(path)
    scene = report.scenes[0]
    yield Home(path, scene.session_id, scene.request_id or "")
    down(path)


def keep_open(home: Path) -> None:
    """Let one session run and one be paused, of which no job has begun and no worker knows."""
    settings = Settings(home=home)
    kept = store(settings, writer(settings))
    runs = tuple(JobRun(job=name) for name in ("extract", "transform", "load"))
    for status, wish in ((SessionStatus.RUNNING, Wish.RUN), (SessionStatus.PAUSED, Wish.PAUSE)):
        open_one = a_session(id=f"s-{status.value.lower()}", status=status, stopped_at=None)
        kept.sessions.save(open_one.model_copy(update={"runs": runs, "wish": wish}))


LOOKS: list[tuple[str, ...]] = [
    ("demo", "--scene", "list"),
    ("init", "shop", "--yes", "--read-profile", "shop", "--execute-profile", "shop"),
    ("init", "shop", "--yes", "--read-profile", "shop", "--print-policies"),
    ("config", "show"),
    ("config", "check"),
    ("-e", "shop", "doctor", "--aws"),
    ("-e", "shop", "doctor", "--aws", "--yes"),
    ("local", "up"),
    ("local", "status"),
    ("doctor",),
    ("sessions", "list"),
    ("sessions", "search", "orders"),
    ("sessions", "show", "SESSION"),
    ("sessions", "logs", "SESSION"),
    ("sessions", "logs", "SESSION", "--follow"),
    ("sessions", "start", "orders", "--input", "-", "--reason", "r"),
    ("sessions", "rerun", "SESSION", "--from", "enrich", "--dry-run"),
    ("sessions", "rerun", "SESSION", "--from", "ingest", "--downstream", "--reason", "r"),
    ("sessions", "pause", "s-running", "--dry-run"),
    ("sessions", "cancel", "s-running", "--reason", "r"),
    ("sessions", "unpause", "s-paused", "--reason", "r"),
    ("machines", "list"),
    ("pipelines", "list"),
    ("pipelines", "show", "orders"),
    ("pipelines", "graph", "orders"),
    ("failures", "analyze", "SESSION"),
    ("storms", "list"),
    ("store", "status"),
    ("store", "migrate"),
    ("recovery", "propose", "SESSION"),
    ("recovery", "request", "SESSION", "--mode", "redrive", "--reason", "r"),
    ("approvals", "list"),
    ("approvers", "list"),
    ("policy", "list"),
    ("policy", "show"),
    ("policy", "explain", "REQUEST"),
    ("audit", "list"),
    ("audit", "show", "1"),
    ("audit", "verify", "--aws"),
    ("audit", "export", "FILE"),
    ("audit", "bundle", "REQUEST", "-o", "FILE", "--json"),
]


def test_a_storm_and_the_plan_for_it_are_answered_in_their_schemas(home: Home) -> None:
    listed = Storms.model_validate(home.run("storms", "list").document["data"])
    storm = listed.items[0].storm_id
    for words in (("show", storm), ("recover", storm, "--dry-run", "--mode", "restart")):
        assert_valid(home.run("storms", *words))

    assert_valid(home.run("storms", "recover", storm, "--mode", "restart", "--reason", "r"))


@pytest.mark.parametrize("command", LOOKS, ids=" ".join)
def test_an_answer_keeps_to_the_schema_that_it_names(home: Home, command: tuple[str, ...]) -> None:
    assert_valid(home.run(*command))


def assert_valid(done: Done) -> str:
    """Hold an answer against its schema, and return the schema's name."""
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    name = str(done.document["schema"]).split("/")[2]
    assert name != "error", done.stdout
    validator(f"cli.{name}.json").validate(done.document)
    return name


def test_what_a_person_decides_is_answered_in_its_schema(home: Home) -> None:
    waiting = [
        asked(home.run("sessions", "start", "orders", "--input", "-", "--reason", "r"))
        for _ in range(2)
    ]
    assert_valid(home.run("approvals", "show", waiting[0]))
    said = [
        typed(home.path, "approvals", "approve", waiting[0]),
        typed(home.path, "approvals", "reject", waiting[1], "--reason", "no"),
        typed(home.path, "approvals", "stop", waiting[0], "--reason", "not now"),
    ]

    for done, name in zip(said, ("approve", "reject", "stop"), strict=True):
        document = done.stdout[done.stdout.index("{\n") :]
        validator(f"cli.approvals-{name}.json").validate(json.loads(document))


def test_a_policy_that_a_lead_signs_is_answered_in_its_schema(home: Home) -> None:
    text = home.path / "policy.toml"
    text.write_text(f"# Ours.\n{STARTER}", encoding="utf-8")
    assert assert_valid(home.run("policy", "check", str(text))) == "policy-check"
    assert home.run("policy", "sign", str(text)).document["ok"] is False

    done = typed(home.path, "policy", "sign", str(text))

    document = done.stdout[done.stdout.index("{\n") :]
    validator("cli.policy-sign.json").validate(json.loads(document))


def test_a_store_that_moves_is_answered_in_its_schema(tmp_path: Path) -> None:
    old, new, made = tmp_path / "old", tmp_path / "new", tmp_path / "made.tar"
    seed(old, 3)

    assert assert_valid(bunsui(old, "store", "export", str(made))) == "store-export"
    assert assert_valid(bunsui(new, "store", "import", str(made))) == "store-import"


def asked(done: Done) -> str:
    """The id of the request that was made."""
    data = done.document["data"]
    assert isinstance(data, dict)
    assert isinstance(data["request"], dict)
    assert isinstance(data["request"]["plan"], dict)
    return str(data["request"]["plan"]["request_id"])


def typed(home: Path, *command: str) -> Done:
    """Decide at a terminal that shows JSON."""
    terminal = Terminal(home, [*command, "--json"])
    terminal.expect("Passphrase of demo: ")
    terminal.type(PASSPHRASE)
    return terminal.end()


def test_a_new_approver_is_answered_in_its_schema(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, ["approvers", "init", "hanako", "--json"])
    for question in ("New passphrase: ", "The same again: "):
        terminal.expect(question)
        terminal.type("three quiet rivers")

    done = terminal.end()

    document = done.stdout[done.stdout.index("{\n") :]
    validator("cli.approvers-init.json").validate(json.loads(document))

    terminal = Terminal(tmp_path, ["approvers", "passphrase", "--json"])
    for question, answer in (
        ("Passphrase of hanako: ", "three quiet rivers"),
        ("New passphrase: ", "four quiet rivers"),
        ("The same again: ", "four quiet rivers"),
    ):
        terminal.expect(question)
        terminal.type(answer)

    done = terminal.end()

    document = done.stdout[done.stdout.index("{\n") :]
    validator("cli.approvers-passphrase.json").validate(json.loads(document))


def test_a_worker_that_is_stopped_answers_in_its_schema(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bunsui_cli", "worker"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home.path),
    ) as process:
        assert process.stderr is not None
        assert "watches" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)

    assert assert_valid(Done(0, out)) == "worker"


@pytest.mark.parametrize("command", [("local", "reset", "--yes", "--store"), ("local", "down")])
def test_what_ends_it_answers_in_its_schema(home: Home, command: tuple[str, ...]) -> None:
    assert_valid(home.run(*command))


def test_no_command_is_left_out() -> None:
    run = {tuple(w for w in words if w not in {"-e", "shop"}) for words in LOOKS}
    decided = {("approvals", one) for one in ("show", "approve", "reject", "stop")}
    decided |= {("policy", "check"), ("policy", "sign")}
    apart = {("storms", "show"), ("storms", "recover"), ("store", "export"), ("store", "import")}
    # At terminals of their own, and held against their schemas there: cli/test_trusting.py.
    alone = {("approvers", one) for one in ("key", "add", "revoke", "role")}
    others = (
        apart
        | decided
        | alone
        | {("approvers", "init"), ("approvers", "passphrase"), ("worker",)}
        | STOPS
        | BECOME_ANOTHER_PROGRAM
    )

    missing = [
        words
        for words in commands()
        if words not in others and not any(one[: len(words)] == words for one in run)
    ]

    assert missing == []
