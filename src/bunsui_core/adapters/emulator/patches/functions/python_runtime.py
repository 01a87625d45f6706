"""The program that runs one Python function, a process per environment, as AWS's runtime does.

It reads one JSON line that names the function, then one line per invocation, and answers each with
one line. What the function prints or logs goes to stderr, closed by an end mark per invocation.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import TextIO

from bunsui_core.adapters.emulator.patches.functions import function_limits

END_OF_LOG = "\x1ebunsui:end-of-log"
# One log event may have several lines; this holds them together until they are stored.
NEWLINE = "\x1f"

# Lambda gives a function ten seconds to begin; what it needs longer is time of its invocation.
BEGIN_SECONDS = 10.0
# Lambda quotas: six megabytes and a little for the frame.
LONGEST_ANSWER = 6_291_556

Document = dict[str, object]
Handler = Callable[[object, object], object]


class Refusal(Exception):
    """The function cannot be started; carries the error type that AWS gives it."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class LogLines(logging.Handler):
    """Writes log records in the format of AWS's text logs."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as one log event."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"[{record.levelname}]\t{moment}.{int(record.msecs):03d}Z\t{self.request_id}"
        write_event(f"{head}\t{self.format(record)}")


def write_event(text: str) -> None:
    """Write one log event, whatever its number of lines."""
    sys.stderr.write(text.replace("\n", NEWLINE) + "\n")


def load(init: Document) -> Handler:
    """Return the function's handler.

    Raises:
        Refusal: the module or the handler is missing or does not import.
    """
    module, name = str(init["module"]), str(init["handler"])
    sys.path.insert(0, str(init["code_dir"]))
    try:
        loaded = importlib.import_module(module)
    except SyntaxError as error:
        raise Refusal(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}"
        ) from error
    except ImportError as error:
        raise Refusal(
            "Runtime.ImportModuleError", f"Unable to import module '{module}': {error}"
        ) from error
    handler: Handler | None = getattr(loaded, name, None)
    if handler is None:
        raise Refusal("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return handler


def fail(error: Exception, trace: TracebackType | None, event: object, context: object) -> object:
    """Stand in for a handler that could not be loaded: raise why, as it was raised then."""
    raise error.with_traceback(trace)


def context(init: Document, call: Document) -> SimpleNamespace:
    """Return the context object of one invocation."""
    name = str(init.get("function_name", ""))
    deadline = time.time() + float(os.environ.get("_LAMBDA_TIMEOUT", "3"))
    return SimpleNamespace(
        function_name=name,
        function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        memory_limit_in_mb=init.get("memory", 128),
        invoked_function_arn=call.get("invoked_function_arn", ""),
        aws_request_id=call.get("request_id", ""),
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
        identity=None,
        client_context=None,
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.time()) * 1000)),
    )


def report(error: BaseException, request_id: str, code_folder: str) -> Document:
    """Return an error as AWS's Python runtime reports it."""
    kind = error.error_type if isinstance(error, Refusal) else type(error).__name__
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": [] if isinstance(error, Refusal) else stack(error.__traceback__, code_folder),
    }


def stack(trace: TracebackType | None, code_folder: str) -> list[str]:
    """Return the frames of the function, with the paths they have on AWS."""
    lines = []
    for frame in traceback.extract_tb(trace):
        if frame.filename == __file__:
            continue
        path = path_on_aws(frame.filename, code_folder)
        lines.append(f'  File "{path}", line {frame.lineno}, in {frame.name}\n    {frame.line}\n')
    return lines


def path_on_aws(path: str, code_folder: str) -> str:
    """Return where AWS's runtime keeps the file, which tells nothing of this machine."""
    _, found, library = path.partition("/site-packages/")
    if found:
        return f"/var/runtime/{library}"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return path.replace(code_folder, "/var/task").replace(
        str(Path(os.__file__).parent), f"/var/lang/lib/python{version}"
    )


def log_failure(failure: Document, frames: list[str]) -> None:
    """Write a failure into the log, with its traceback."""
    head = f"[ERROR] {failure['errorType']}: {failure['errorMessage']}"
    trace = "Traceback (most recent call last):\n" + "".join(frames) if frames else ""
    write_event(f"{head}\n{trace}".rstrip("\n"))


def invoke(handler: Handler, event: object, surroundings: SimpleNamespace, folder: str) -> str:
    """Run the function once and return the line that answers it."""
    try:
        value = handler(event, surroundings)
    except Exception as error:  # noqa: BLE001 whatever the function raises is its answer
        failure = report(error, surroundings.aws_request_id, folder)
        frames = failure["stackTrace"]
        log_failure(failure, frames if isinstance(frames, list) else [])
        return json.dumps({"status": "ok", "result": {"failure": failure}})
    try:
        answer = json.dumps({"status": "ok", "result": {"value": value}})
        if len(answer) <= LONGEST_ANSWER:
            return answer
        refusal = Refusal(
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size "
            f"({LONGEST_ANSWER} bytes).",
        )
    except (TypeError, ValueError, RecursionError) as error:
        refusal = Refusal("Runtime.MarshalError", f"Unable to marshal response: {error}")
    failure = report(refusal, surroundings.aws_request_id, folder)
    log_failure(failure, [])
    return json.dumps({"status": "ok", "result": {"failure": failure}})


class Readiness:
    """Says once that invocations may come: when the function is loaded, or when its time is up."""

    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._is_said = False
        self._limit = threading.Timer(BEGIN_SECONDS, self.say)
        self._limit.daemon = True
        self._limit.start()

    def say(self) -> None:
        """Say it, unless it is said already."""
        with self._lock:
            self._limit.cancel()
            if not self._is_said:
                self._is_said = True
                self._answers.write(json.dumps({"status": "ready", "cold": True}) + "\n")
                self._answers.flush()


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer invocations until there are no more."""
    logs = LogLines()
    logging.getLogger().addHandler(logs)
    init: Document = json.loads(requests.readline())
    ready, own = Readiness(answers), os.getpid()
    try:
        handler = load(init)
    except Exception as error:  # noqa: BLE001 whatever its code raises is how the function fails
        handler = partial(fail, error, error.__traceback__)
    ready.say()
    for line in requests:
        message = json.loads(line)
        call: Document = message.get("ctx") or {}
        logs.request_id = str(call.get("request_id", ""))
        if call.get("trace_id"):
            os.environ["_X_AMZN_TRACE_ID"] = str(call["trace_id"])
        surroundings = context(init, call)
        answer = invoke(handler, message["event"], surroundings, str(init["code_dir"]))
        peak = function_limits.stay_within(os.environ.get(function_limits.SIZE, ""))
        if os.getpid() != own:
            # A child that the function forked came back with it; there is one answer.
            os._exit(0)
        # On a line of its own, wherever the function stopped writing.
        sys.stderr.write(f"\n{END_OF_LOG}\n")
        sys.stderr.flush()
        answers.write(f'{answer[:-1]}, "peak": {peak}}}\n')
        answers.flush()


def main() -> None:
    """Serve on the standard streams, which the function itself does not get to see."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    # What the function prints, and what its own processes print, belongs in its log.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    serve(requests, answers)


if __name__ == "__main__":
    main()
