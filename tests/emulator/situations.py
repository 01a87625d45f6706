"""Situations in which a job fails, what then changes, and the verdict of each mode."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bunsui_core.domain.pipeline import SideEffect
from bunsui_core.domain.value import Json
from bunsui_core.domain.verdict import Mode, Ruling
from tests.emulator.embedded import invoking
from tests.emulator.situation import Lab, allow, task

REDRIVE, RESTART = Mode.REDRIVE, Mode.RESTART
HOPELESS, UNSAFE = Ruling.HOPELESS, Ruling.UNSAFE
SAFE, UNKNOWN = Ruling.SAFE, Ruling.UNKNOWN
IDEMPOTENT, EXTERNAL, APPEND = SideEffect.IDEMPOTENT, SideEffect.EXTERNAL, SideEffect.APPEND

Act = Callable[[Lab], object]


def nothing(lab: Lab) -> None:
    """Nothing changes."""
    del lab


@dataclass(frozen=True)
class Situation:
    """What is made, what changes after the failure, and the rulings by mode."""

    arrange: Act
    meanwhile: Act = nothing
    rulings: Mapping[Mode, Ruling] = field(default_factory=dict)
    effect: SideEffect = IDEMPOTENT
    repeats: bool = False


def both(ruling: Ruling) -> dict[Mode, Ruling]:
    """The same ruling on a redrive and a restart."""
    return {REDRIVE: ruling, RESTART: ruling}


BUG = "def handler(event, context):\n    return event['absent']\n"
FINE = "def handler(event, context):\n    return {'done': True}\n"
SETTING = "import os\ndef handler(event, context):\n    return os.environ['CURRENCY']\n"
PARSE = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    bucket, _, key = event["source"].removeprefix("s3://").partition("/")
    return int(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
"""
HIDDEN = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    return int(s3.get_object(Bucket="BUCKET", Key="rate.txt")["Body"].read())
"""
HANDS_ON = "def handler(event, context):\n    return '{'\n"
PARSE_INLINE = "def handler(event, context):\n    return int(event['amount'])\n"
THROTTLED_ONCE = """
import boto3
s3 = boto3.client("s3")
class ThrottlingException(Exception):
    pass
def handler(event, context):
    listed = s3.list_objects_v2(Bucket=event["bucket"], Prefix="ledger/")["KeyCount"]
    s3.put_object(Bucket=event["bucket"], Key=f"ledger/{context.aws_request_id}", Body=b"1")
    if not listed:
        raise ThrottlingException("Rate exceeded")
    return listed
"""
WRITES_THEN_FAILS = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket=event["bucket"], Key=f"ledger/{context.aws_request_id}", Body=b"1")
    return event["absent"]
"""
SECRET = """
import boto3
def handler(event, context):
    return boto3.client("secretsmanager").get_secret_value(SecretId="nowhere")["Name"]
"""
SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(2)\n    return {}\n"
LARGE = "def handler(event, context):\n    return 'x' * 300_000\n"


def bug(lab: Lab) -> None:
    """A function with a bug."""
    lab.calls(BUG)


def bad_object(lab: Lab) -> None:
    """An object that cannot be parsed."""
    lab.given = {"source": lab.bucket("day.txt", "seven")}
    lab.calls(PARSE, lab.aws.role())


def late_object(lab: Lab) -> None:
    """An object that is not there yet."""
    lab.bucket()
    lab.given = {"source": f"s3://{lab.name}/day.txt"}
    lab.calls(PARSE, lab.aws.role())


def unreadable(lab: Lab) -> None:
    """An object that the function's role may not read."""
    lab.given = {"source": lab.bucket("day.txt", "7")}
    lab.calls(PARSE, lab.role(allow("s3:ListBucket")))


def inline(lab: Lab) -> None:
    """An input that cannot be parsed."""
    lab.given = {"amount": "seven"}
    lab.calls(PARSE_INLINE)


def edited(lab: Lab) -> None:
    """The input is edited."""
    lab.edited = {"amount": "7"}


def hidden(lab: Lab) -> None:
    """A function that parses what lies in a place that neither input nor error names."""
    lab.bucket("rate.txt", "seven")
    code = HIDDEN.replace("BUCKET", lab.name)
    lab.calls(code, lab.role(allow("s3:GetObject", f"arn:aws:s3:::{lab.name}/*")))


def handed_on(lab: Lab) -> None:
    """A state that cannot parse what the function before it handed on."""
    before = invoking(lab.function(HANDS_ON), ResultSelector={"amount.$": "$.Payload"})
    parse: dict[str, Json] = {
        "Type": "Pass",
        "Parameters": {"amount.$": "States.StringToJson($.amount)"},
    }
    lab.chain(before, parse)


def setting(lab: Lab) -> None:
    """A function that misses a variable of its environment."""
    lab.calls(SETTING)


def reads_table(lab: Lab, *before: dict[str, Json]) -> None:
    """A Task that reads a table which is not there, after other states."""
    reads = task("dynamodb:getItem", TableName=f"{lab.name}-rates", Key={"id": {"S": "a"}})
    lab.chain(*before, reads)


def make_rates(lab: Lab) -> None:
    """The table comes."""
    lab.table(f"{lab.name}-rates")


def after(first: Callable[[Lab], dict[str, Json]]) -> Act:
    """Arrange a state of one's own before the one that reads the missing table."""

    def arrange(lab: Lab) -> None:
        reads_table(lab, first(lab))

    return arrange


def puts(lab: Lab) -> dict[str, Json]:
    """A state that puts one item under a fixed key."""
    lab.count = lab.items
    return task("dynamodb:putItem", TableName=lab.table(), Item={"id": {"S": "one"}})


def puts_new(lab: Lab) -> dict[str, Json]:
    """A state that puts an item under a key of its own each time."""
    lab.count = lab.items
    item: Json = {"id": {"S.$": "States.UUID()"}}
    return task("dynamodb:putItem", TableName=lab.table(), Item=item)


def sends(lab: Lab) -> dict[str, Json]:
    """A state that sends a message."""
    url = lab.boto("sqs").create_queue(QueueName=lab.name)["QueueUrl"]
    lab.count = lab.messages
    return task("sqs:sendMessage", QueueUrl=url, MessageBody="hello")


def adds(lab: Lab) -> dict[str, Json]:
    """A state that counts up."""
    table = lab.table()

    def total() -> int:
        found = lab.boto("dynamodb").get_item(TableName=table, Key={"id": {"S": "sum"}})
        return int(found["Item"]["n"]["N"])

    lab.count = total
    return task(
        "dynamodb:updateItem",
        TableName=table,
        Key={"id": {"S": "sum"}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def removes(lab: Lab) -> dict[str, Json]:
    """A state that removes an item."""
    return task("dynamodb:deleteItem", TableName=lab.table(), Key={"id": {"S": "one"}})


def sends_nowhere(lab: Lab) -> None:
    """A Task that sends to a queue which is not there."""
    found = lab.boto("sqs").create_queue(QueueName=lab.name)["QueueUrl"]
    lab.boto("sqs").delete_queue(QueueUrl=found)
    lab.chain(task("sqs:sendMessage", QueueUrl=found, MessageBody="hello"))


def make_queue(lab: Lab) -> None:
    """The queue comes."""
    lab.boto("sqs").create_queue(QueueName=lab.name)
    lab.count = lab.messages


def calls_nobody(lab: Lab) -> None:
    """A Task that calls a function which is not there."""
    lab.chain(invoking(f"arn:aws:lambda:us-east-1:000000000000:function:{lab.name}"))


def starts_nobody(lab: Lab) -> None:
    """A Task that starts a machine which is not there."""
    arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{lab.name}-below"
    lab.chain(task("states:startExecution", StateMachineArn=arn, Input={}))


def make_below(lab: Lab) -> None:
    """The machine below comes."""
    lab.aws.machine(
        f"{lab.name}-below", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    )


def asks_secret(lab: Lab) -> None:
    """A Task that reads a secret which is not there."""
    lab.chain(task("aws-sdk:secretsmanager:getSecretValue", SecretId=f"{lab.name}-key"))


def make_secret(lab: Lab) -> None:
    """The secret comes."""
    lab.boto("secretsmanager").create_secret(Name=f"{lab.name}-key", SecretString="x")


def lists_bucket(lab: Lab) -> None:
    """A Task that lists a bucket which is not there."""
    lab.chain(task("aws-sdk:s3:listObjectsV2", Bucket=lab.name))


def grant_read(lab: Lab) -> None:
    """The role is granted what it missed."""
    lab.grant(allow("s3:GetObject", f"arn:aws:s3:::{lab.name}/*"), policy="more")


def grant_other(lab: Lab) -> None:
    """The role is granted something else."""
    lab.grant(allow("sqs:SendMessage"), policy="more")


def forbidden(lab: Lab) -> None:
    """The role may read, but for a Deny."""
    deny: Json = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    lab.given = {"source": lab.bucket("day.txt", "7")}
    lab.calls(PARSE, lab.role(allow("s3:*"), deny))


def undo_deny(lab: Lab) -> None:
    """The Deny is taken back."""
    lab.grant(allow("s3:*"))


def swap_role(lab: Lab) -> None:
    """The function gets another role."""
    lab.configure(Role=lab.role(allow("s3:*"), suffix="better"))


def open_bucket(lab: Lab) -> None:
    """The bucket's own policy grants what the role's does not."""
    statement: Json = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::000000000000:role/{lab.name}-role"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{lab.name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    lab.aws.s3().put_bucket_policy(Bucket=lab.name, Policy=json.dumps(policy))


def may_not_call(lab: Lab) -> None:
    """The machine's role may not call the function."""
    lab.chain(invoking(lab.function(FINE)), role=lab.role(suffix="machine"))


def let_call(lab: Lab) -> None:
    """The machine's role may call it."""
    lab.grant(allow("lambda:InvokeFunction"), suffix="machine", policy="call")


WRONG: dict[str, Json] = {"Type": "Pass", "InputPath": "$.absent.deeper"}
RIGHT: dict[str, Json] = {"Type": "Pass"}


def bad_path(lab: Lab) -> None:
    """A path that leads nowhere."""
    lab.given = {"a": 1}
    lab.chain(WRONG)


def no_choice(lab: Lab) -> None:
    """A Choice none of whose rules match."""
    rule: Json = {"Variable": "$.a", "NumericEquals": 2, "Next": "S2"}
    lab.given = {"a": 1}
    lab.chain({"Type": "Choice", "Choices": [rule]}, {"Type": "Succeed"})


def gives_up(lab: Lab) -> None:
    """A bug that is caught and ends in a Fail state."""
    catch: Json = [{"ErrorEquals": ["States.ALL"], "Next": "S2"}]
    call = {**invoking(lab.function(BUG)), "Catch": catch, "Next": "S3"}
    lab.chain(call, {"Type": "Fail", "Error": "GaveUp"}, {"Type": "Succeed"})


def too_slow(lab: Lab) -> None:
    """A function that is given too little time."""
    lab.calls(SLEEPS, Timeout=1)


def too_short(lab: Lab) -> None:
    """A Task that is given too little time."""
    lab.chain({**invoking(lab.function(SLEEPS)), "TimeoutSeconds": 1})


def longer(lab: Lab) -> None:
    """The definition gives more time."""
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{lab.name}"
    lab.redefine({**invoking(arn), "TimeoutSeconds": 30})


def throttled(lab: Lab) -> None:
    """A function that is throttled the first time, after it wrote."""
    lab.bucket()
    lab.given = {"bucket": lab.name}
    lab.count = lambda: lab.objects("ledger/")
    lab.calls(THROTTLED_ONCE, lab.aws.role())


def throttled_rewriting(lab: Lab) -> None:
    """A function that is throttled the first time, and writes the same place again."""
    lab.bucket()
    lab.given = {"bucket": lab.name}
    lab.count = lambda: min(1, lab.objects("ledger/"))
    lab.calls(THROTTLED_ONCE, lab.aws.role())


def wrote(lab: Lab) -> None:
    """A function that writes and then breaks."""
    lab.bucket()
    lab.given = {"bucket": lab.name}
    lab.count = lambda: lab.objects("ledger/")
    lab.calls(WRITES_THEN_FAILS, lab.role(allow("s3:PutObject")))


def mend(lab: Lab) -> None:
    """What wrote and broke is repaired; it still writes."""
    lab.release(WRITES_THEN_FAILS.replace("event['absent']", "1").replace('event["absent"]', "1"))


SITUATIONS: Mapping[str, Situation] = {
    "code-bug-unchanged": Situation(bug, rulings=both(HOPELESS)),
    "code-bug-fixed": Situation(bug, lambda lab: lab.release(FINE), both(SAFE)),
    "code-bug-described": Situation(
        bug, lambda lab: lab.configure(Description="a new text"), both(HOPELESS)
    ),
    "code-bug-released-again": Situation(bug, lambda lab: lab.release(BUG), both(HOPELESS)),
    "code-bug-more-memory": Situation(
        bug, lambda lab: lab.configure(MemorySize=512), {REDRIVE: UNKNOWN}
    ),
    "setting-missing": Situation(setting, rulings={REDRIVE: HOPELESS}),
    "setting-set": Situation(
        setting,
        lambda lab: lab.configure(Environment={"Variables": {"CURRENCY": "EUR"}}),
        {REDRIVE: SAFE},
    ),
    "wrote-and-mended-external": Situation(wrote, mend, both(UNSAFE), EXTERNAL, repeats=True),
    "wrote-and-mended-append": Situation(wrote, mend, {REDRIVE: UNSAFE}, APPEND, repeats=True),
    "wrote-and-unchanged": Situation(wrote, rulings={REDRIVE: HOPELESS}, effect=EXTERNAL),
    "bad-object-unchanged": Situation(bad_object, rulings=both(HOPELESS)),
    "bad-object-corrected": Situation(bad_object, lambda lab: lab.put("day.txt", "7"), both(SAFE)),
    "bad-object-written-again": Situation(
        bad_object, lambda lab: lab.put("day.txt", "seven"), {REDRIVE: HOPELESS}
    ),
    "bad-input-unchanged": Situation(inline, rulings=both(HOPELESS)),
    "bad-input-edited": Situation(inline, edited, {REDRIVE: HOPELESS, RESTART: SAFE}),
    "unnamed-data-unchanged": Situation(hidden, rulings={REDRIVE: UNKNOWN}),
    "unnamed-data-corrected": Situation(
        hidden, lambda lab: lab.put("rate.txt", "7"), {REDRIVE: UNKNOWN}
    ),
    "handed-on-wrongly": Situation(handed_on, rulings={REDRIVE: HOPELESS, RESTART: UNKNOWN}),
    "handed-on-fixed": Situation(
        handed_on,
        lambda lab: lab.release("def handler(event, context):\n    return '7'\n"),
        {REDRIVE: HOPELESS, RESTART: UNKNOWN},
    ),
    "object-late": Situation(late_object, rulings=both(HOPELESS)),
    "object-comes": Situation(late_object, lambda lab: lab.put("day.txt", "7"), both(SAFE)),
    "function-missing": Situation(calls_nobody, rulings={REDRIVE: HOPELESS}),
    "function-comes": Situation(calls_nobody, lambda lab: lab.function(FINE), both(SAFE), EXTERNAL),
    "table-missing": Situation(reads_table, rulings={REDRIVE: HOPELESS}),
    "table-comes": Situation(reads_table, make_rates, both(SAFE), EXTERNAL),
    "queue-missing": Situation(sends_nowhere, rulings={REDRIVE: HOPELESS}),
    "queue-comes": Situation(sends_nowhere, make_queue, {REDRIVE: SAFE}, EXTERNAL),
    "machine-below-missing": Situation(starts_nobody, rulings={REDRIVE: HOPELESS}),
    "machine-below-comes": Situation(starts_nobody, make_below, {REDRIVE: SAFE}, EXTERNAL),
    "secret-missing": Situation(asks_secret, rulings={REDRIVE: HOPELESS}),
    "secret-comes": Situation(asks_secret, make_secret, {REDRIVE: SAFE}, EXTERNAL),
    "secret-unnamed": Situation(
        lambda lab: lab.calls(SECRET, lab.aws.role()), rulings={REDRIVE: UNKNOWN}
    ),
    "bucket-missing": Situation(lists_bucket, rulings={REDRIVE: HOPELESS}),
    "bucket-comes": Situation(lists_bucket, lambda lab: lab.bucket(), {REDRIVE: SAFE}, EXTERNAL),
    "grant-missing": Situation(unreadable, rulings=both(HOPELESS)),
    "grant-comes": Situation(unreadable, grant_read, both(SAFE)),
    "grant-of-something-else": Situation(unreadable, grant_other, {REDRIVE: UNKNOWN}),
    "grant-by-the-bucket": Situation(unreadable, open_bucket, {REDRIVE: SAFE}),
    "role-swapped": Situation(unreadable, swap_role, {REDRIVE: SAFE}),
    "deny-stays": Situation(forbidden, rulings={REDRIVE: HOPELESS}),
    "deny-taken-back": Situation(forbidden, undo_deny, {REDRIVE: SAFE}),
    "machine-may-not-call": Situation(may_not_call, rulings={REDRIVE: UNKNOWN}),
    "machine-may-call": Situation(may_not_call, let_call, {REDRIVE: SAFE}, EXTERNAL),
    "bad-path": Situation(bad_path, rulings=both(HOPELESS)),
    "bad-path-corrected": Situation(
        bad_path, lambda lab: lab.redefine(RIGHT), {REDRIVE: HOPELESS, RESTART: SAFE}
    ),
    "no-choice": Situation(no_choice, rulings=both(HOPELESS)),
    "fail-state-fixed": Situation(
        gives_up, lambda lab: lab.release(FINE), {REDRIVE: HOPELESS, RESTART: SAFE}
    ),
    "time-unchanged": Situation(too_slow, rulings={REDRIVE: UNKNOWN}),
    "time-raised": Situation(too_slow, lambda lab: lab.configure(Timeout=20), {REDRIVE: SAFE}),
    "time-of-task-raised": Situation(too_short, longer, {REDRIVE: UNKNOWN, RESTART: SAFE}),
    "too-large": Situation(lambda lab: lab.calls(LARGE), rulings={REDRIVE: HOPELESS}),
    "throttled-idempotent": Situation(throttled_rewriting, rulings=both(SAFE)),
    "throttled-external": Situation(throttled, rulings=both(UNSAFE), effect=EXTERNAL, repeats=True),
    "item-put": Situation(after(puts), make_rates, both(SAFE), EXTERNAL),
    "item-removed": Situation(after(removes), make_rates, both(SAFE), EXTERNAL),
    "item-put-anew": Situation(
        after(puts_new), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
    "message-sent": Situation(
        after(sends), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
    "counted-up": Situation(
        after(adds), make_rates, {REDRIVE: SAFE, RESTART: UNSAFE}, EXTERNAL, repeats=True
    ),
}
