"""The keys: what each does, and why it cannot be used now."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Key:
    """A key of a screen; `name` is the action, an empty label keeps it off the key line.

    What has a name can also be done by it, in the palette.
    """

    name: str
    shown: str
    label: str
    help: str
    why_not: str = ""
    has_name: bool = True

    def unless(self, why_not: str) -> Key:
        """The key, disabled when there is a reason."""
        return replace(self, why_not=why_not)


OPEN = Key("open", "enter", "open", "open what is selected", has_name=False)
MOVE = Key("", "↑↓ j k", "", "move; page up, page down, home, end")
PANE = Key("", "tab", "", "go to the next pane; arrows scroll it")
BACK = Key("back", "esc", "back", "go back", has_name=False)
FILTER = Key("filter", "/", "filter", "choose sessions: status:failed pipeline:orders age:<1d text")
GROUPS = Key(
    "groups", "b", "by error", "group the sessions by error, by root cause, or by pipeline"
)
LOG = Key("log", "l", "log", "open the log: of what failed, or of what runs, followed")
TIMELINE = Key("timeline", "t", "timeline", "open the timeline: jobs and states on a clock")
DIAGNOSIS = Key("diagnosis", "d", "diagnosis", "open the diagnosis with its evidence")
REVIEW = Key("review", "a", "review", "review the request that waits")
APPROVE = Key(
    "approve", "a", "approve", "approve what is shown: asks for the passphrase", has_name=False
)
REJECT = Key(
    "reject", "R", "reject", "reject it: asks for a reason and the passphrase", has_name=False
)
DIFFERENCE = Key(
    "difference", "d", "difference", "show how input and code differ from the failed run"
)
UNLOCK = Key("unlock", "u", "unlock…", "keep your key open for some minutes; each answer takes a y")
TOGETHER = Key("open", "enter", "review all", "review all of them at once, each by its name")
EVIDENCE = Key("evidence", "e", "evidence", "show what the diagnosis rests on")
RECOVER = Key("recover", "r", "recover…", "run all of them again: one plan, a canary, then waves")
CANARY = Key("canary", "c", "canary", "try another number of sessions first")
WAVE = Key("wave", "w", "wave", "another number of sessions at a time")
FAILURES = Key("failures", "f", "failures", "another number of failures until it stops")
RERUN = Key("rerun", "r", "rerun…", "run a job again: every way with its verdict, and a preview")
PAUSE = Key("pause", "p", "pause…", "start nothing new in this session, or go on with it")
CANCEL = Key("cancel", "x", "cancel…", "stop what runs in this session and end it")
ASK = Key("ask", "enter", "ask…", "ask for what is shown, with a reason; you sign it next")
DOWNSTREAM = Key("downstream", "w", "downstream", "also run again what is done below the job")
EDIT = Key("edit", "i", "edit…", "edit the input of this mode, or the output that it takes")
RECORDED = Key("recorded", "u", "undo edit", "take the recorded text again")
COPY = Key("copy", "y", "", "copy the id")
SESSIONS = Key("sessions", "1", "", "go to the sessions")
INBOX = Key("inbox", "2", "", "go to the inbox")
PIPELINES = Key("pipelines", "3", "", "go to the pipelines and machines")
ENVIRONMENT = Key("environment", "e", "", "go to another environment")
LOCK = Key("lock", "L", "", "close the key that is open, at once")
PALETTE = Key("palette", ":", "", "find a command by its name")
HELP = Key("help", "?", "help", "show the keys of this screen")
QUIT = Key("quit", "q", "quit", "quit; a step of the worker that is under way is finished first")

EVERYWHERE = (SESSIONS, INBOX, PIPELINES, ENVIRONMENT, LOCK, PALETTE, HELP, QUIT)
