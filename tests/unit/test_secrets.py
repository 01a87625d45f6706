"""Secrets are not in a text any more, wherever they stood; what is no secret stays."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunsui_core.domain.quoted import HIDDEN
from bunsui_core.domain.secrets import GONE, is_secret_name, masked, secrets_in

# Put together at run time: no scanner of this repository should find a key in it.
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
KEY = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "IQoJb3JpZ2lu" + "X2VjEOP//////////wEaCXVzLWVhc3QtMSJ" * 3
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN"
PEM_BODY = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF0\nZ3VS5JJcds3xfn/ygWyF8PbnGy0AHB7\n"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}-----END RSA PRIVATE KEY-----"
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
PASSWORD = "c0rrect-h0rse!"

HELD = {
    "a key id": (f"used {KEY_ID} from 10.0.0.1", KEY_ID),
    "a key beside its id": (f"{KEY_ID}:{KEY}", KEY),
    "a secret key by name": (f"aws_secret_access_key = {KEY}", KEY),
    "a secret key in a credentials file": (f"[default]\naws_secret_access_key={KEY}\n", KEY),
    "a secret key in JSON": (json.dumps({"SecretAccessKey": KEY}), KEY),
    "a session token alone": (f"got {SESSION_TOKEN}", SESSION_TOKEN),
    "a session token in the environment": (f"AWS_SESSION_TOKEN={SESSION_TOKEN}", SESSION_TOKEN),
    "a web token": (f"sent {JWT} to api", JWT),
    "a bearer": ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
    "a bearer in JSON": ('{"headers": {"Authorization": "Bearer abc123def456"}}', "abc123def456"),
    "a bearer in a sentence": ("called with bearer q1w2e3r4t5y6u7i8", "q1w2e3r4t5y6u7i8"),
    "a basic header": ("authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
    "a signed request": (
        f"Authorization: AWS4-HMAC-SHA256 Credential={KEY_ID}/x, Signature=fe5f80f77d5fa3beca038",
        "fe5f80f77d5fa3beca038",
    ),
    "a cookie": ("Set-Cookie: session=3hfk29dk3; Path=/", "3hfk29dk3"),
    "an address": (f"postgresql://app:{PASSWORD}@db:5432/orders", PASSWORD),
    "an address without a user": (f"redis://:{PASSWORD}@cache:6379", PASSWORD),
    "an address with an at sign": ("amqp://u:p@ss1@host/v", "p@ss1"),
    "an address of MongoDB": (f"mongodb+srv://u:{PASSWORD}@c.example/db?w=1", PASSWORD),
    "an address of Oracle": ("jdbc:oracle:thin:scott/tiger99@//h:1521/x", "tiger99"),
    "an address of JDBC": (f"jdbc:mysql://h/db?user=u&password={PASSWORD}&ssl=1", PASSWORD),
    "a connection string": (f"Server=h;Uid=u;Pwd={PASSWORD};Encrypt=yes", PASSWORD),
    "a storage account": (
        "DefaultEndpointsProtocol=https;AccountKey=Zm9vYmFy+/==;E=x",
        "Zm9vYmFy+/==",
    ),
    "libpq": ("host=h user=u password='with space 1' port=5432", "with space 1"),
    "an assignment": (f"export DB_PASSWORD={PASSWORD}", PASSWORD),
    "a word as an assignment": ("password=hunter", "hunter"),
    "a query": ("GET /x?api_key=Zk29fk&b=1", "Zk29fk"),
    "a signed address": ("https://b.s3.amazonaws.com/k?X-Amz-Signature=0f1e2d3c&x=1", "0f1e2d3c"),
    "JSON": (json.dumps({"db": {"password": PASSWORD}}), PASSWORD),
    "a number in JSON": ('{"pin": 83721}', "83721"),
    "a list in JSON": (json.dumps({"passwords": ["alpha", PASSWORD]}), PASSWORD),
    "an object in JSON": (json.dumps({"credentials": {"user": "u", "x": PASSWORD}}), PASSWORD),
    "a name and a value": (
        json.dumps([{"Name": "DB_PASSWORD", "Value": PASSWORD}, {"Name": "A", "Value": "b"}]),
        PASSWORD,
    ),
    "a name and a value, cut": (f'[{{"Name": "DB_PASSWORD", "Value": "{PASSWORD}"', PASSWORD),
    "JSON in JSON": (json.dumps({"body": json.dumps({"apiKey": PASSWORD})}), PASSWORD),
    "JSON in JSON in a sentence": (
        "failed: " + json.dumps({"b": json.dumps({"c": json.dumps({"apiKey": PASSWORD})})}),
        PASSWORD,
    ),
    "JSON in a sentence": (f'could not send {{"token": "{PASSWORD}", "n": 1}}', PASSWORD),
    "JSON that is cut": (f'{{"a": 1, "client_secret": "{PASSWORD}', PASSWORD),
    "a number in JSON that is cut": ('{"a": {"password": 83721, "b', "83721"),
    "a list in JSON that is cut": (f'{{"secrets": ["{PASSWORD}", "b', PASSWORD),
    "a quote in it": ('{"password": "a\\"b1c2d3", "x": 1', "b1c2d3"),
    "Python": (f"Config(user='u', password='{PASSWORD}', port=1)", PASSWORD),
    "Python's repr of a mapping": (f"{{'user': 'u', 'password': '{PASSWORD}'}}", PASSWORD),
    "YAML": (f"db:\n  user: u\n  password: {PASSWORD}\n", PASSWORD),
    "a word in YAML": ("db:\n  password: correcthorse\n", "correcthorse"),
    "XML": (f"<db><password>{PASSWORD}</password></db>", PASSWORD),
    "a command": (f"mysql --user u --password {PASSWORD} db", PASSWORD),
    "a command with an equals sign": (f"mysql --password={PASSWORD} db", PASSWORD),
    "SQL": (f"ALTER USER u IDENTIFIED BY '{PASSWORD}'", PASSWORD),
    "a sentence": ("the secret is Xk29fkQ81mmZ, sent twice", "Xk29fkQ81mmZ"),
    "a sentence with a colon": ("Invalid API key: Xk29fkQ81mmZ.", "Xk29fkQ81mmZ"),
    "a private key": (PEM, "Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7"),
    "a private key in JSON": (json.dumps({"pem": PEM}), "Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7"),
    "a private key that is cut": (PEM[:70], "MIIEpAIBAAKCAQEA0Z3VS5"),
    "a token of GitHub": (f"cloning with {GITHUB}", GITHUB),
    "a task token": ('{"TaskToken": "AQCEAAAAKgAAAAMAAAAAAAAAA"}', "AQCEAAAAKgAAAAMAAAAAAAAAA"),
}

STAYS = [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1b2c3",
    '{"secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1b2c3"}',
    "arn:aws:states:us-east-1:000000000000:execution:orders-extract:s-20260302-orders-extract-a1",
    "5f0c8a5e-0d3b-4a57-9d43-0a4b7a0c4f11",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "RequestId: 5f0c8a5e-0d3b-4a57-9d43-0a4b7a0c4f11 Version: $LATEST",
    "request r-4f2a, digest 9f86d081884c7d65, session s-20260302-orders",
    "ThrottlingException: Rate exceeded",
    "ExpiredTokenException: The security token included in the request is expired",
    "InvalidToken: RequestTimeTooSkewed",
    "Unexpected token '<' in JSON at position 0",
    "Unexpected token o in JSON at position 1",
    "AccessDenied: not authorized to perform: secretsmanager:GetSecretValue",
    "Secrets Manager can't find the specified secret.",
    '{"nextToken": "eJxrYGBg4f83q", "clientToken": "c-2026-03-02-aa11"}',
    '{"max_tokens": 4096, "tokens_used": 12}',
    '{"password.$": "$.db.password", "token.$": "$$.Task.Token"}',
    '{"password": "{{resolve:secretsmanager:db}}", "secret": null, "token": ""}',
    "password=${DB_PASSWORD} token=$TOKEN pwd=***",
    "PWD=/var/task HOME=/root",
    "s3://orders/day.csv and https://host.example:8443/path@v1",
    "KeyError: 'customer_id'",
    "ValueError: the token is missing",
    "the password must not be empty; a credential is required",
    "passed 12 of 14 checks, bypass=1, compass: 12, keyboard=us",
    "2026-03-02T01:14:00.123Z INFO took 1200 ms, memory 128 MB",
    '{"Type": "Pass", "Next": "Pass"}',
    "日本語のパスワードは設定されていません",
    "git@github.com:org/repo.git",
    'File "app.py", line 3, in run\n    token = get_token()\n    password = os.environ["DB"]',
]


@pytest.mark.parametrize(("text", "secret"), HELD.values(), ids=HELD)
def test_a_secret_is_not_in_the_text_any_more(text: str, secret: str) -> None:
    shown = masked(text)

    assert secret not in shown
    assert json.dumps(secret)[1:-1] not in shown
    assert GONE in shown


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(("text", "_"), HELD.values(), ids=HELD)
def test_masking_twice_is_masking_once(text: str, _: str) -> None:
    assert masked(masked(text)) == masked(text)


def is_json(text: str) -> bool:
    """Whether a text is a JSON document."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("text", [text for text, _ in HELD.values() if is_json(text)])
def test_json_stays_json(text: str) -> None:
    assert is_json(masked(text))
    assert re.findall(r'"(\w+)":', masked(text)) == re.findall(r'"(\w+)":', text)


NAMES = st.sampled_from(
    ["password", "DB_PASSWORD", "dbPassword", "client_secret", "apiKey", "api-key", "authToken"]
)
SECRETS = st.text(
    st.characters(codec="ascii", exclude_categories=["Cc", "Zs"], exclude_characters="\"'\\<>,;&"),
    min_size=8,
    max_size=60,
).filter(lambda text: not re.fullmatch(r"[$%*x.{(\[-].*|.*[)}\]]|[a-z]*", text, re.IGNORECASE))
WAYS = (
    '{{"{}": "{}"}}',
    'said {{"a": 1, "{}": "{}", "b": [2]}} twice',
    '{{\\"{}\\": \\"{}\\"}}',
    "{}='{}'",
    "x {}: '{}' y",
)


@given(NAMES, SECRETS, st.sampled_from(WAYS))
def test_whatever_stands_quoted_beside_such_a_name_is_gone(
    name: str, secret: str, way: str
) -> None:
    assert secret not in masked(way.format(name, secret))


@given(st.uuids(), st.binary(min_size=32, max_size=32), st.datetimes())
def test_ids_digests_and_times_stay(one: object, raw: bytes, at: object) -> None:
    text = f"request {one} digest {raw.hex()} at {at} took {len(raw)} ms"

    assert masked(text) == text


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    "bait",
    [
        'password:"',
        "password=",
        "-----BEGIN PRIVATE KEY-----",
        "a://b:",
        "eyJ",
        "--a-password ",
        "secret ",
    ],
)
def test_a_hostile_text_is_read_once(bait: str) -> None:
    assert HIDDEN in masked(bait * 20_000 + "password=hunter2")


def test_the_secrets_of_an_input_are_known_by_value() -> None:
    text = json.dumps({"db": {"password": PASSWORD, "user": "u"}, "tokens": 3})

    assert secrets_in([text, "no json", "[1]"]) == (PASSWORD,)


@pytest.mark.parametrize("name", ["password", "DB_PWD", "x-api-key", "SecretString", "taskToken"])
def test_what_is_called_like_a_secret_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["nextToken", "tokens", "key", "passed", "bypass", "secret_arn"])
def test_what_is_called_otherwise_is_none(name: str) -> None:
    assert not is_secret_name(name)
