"""Functions and machines that fail, and how the world around them changes."""

from __future__ import annotations

import json
from collections.abc import Callable

from bunsui_core.domain.value import Json
from tests.emulator.embedded import invoking
from tests.emulator.situation import Lab, allow

Act = Callable[[Lab], object]


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
