"""Lambda functions fail as AWS reports it: error type, request id, stack trace, log lines."""

from __future__ import annotations

import logging
import queue
import re
import time

from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc
from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor, memory
from bunsui_core.adapters.emulator.patches.functions import function_reports, turns
from bunsui_core.adapters.emulator.patches.functions.python_runtime import END_OF_LOG, NEWLINE
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_log = logging.getLogger("bunsui.emulator")
_LOG_SECONDS = 2.0
_NO_REASON = "Runtime exited without providing a reason"
_TIMED_OUT = re.compile(r"Task timed out after (\d+(?:\.\d+)?) seconds")


def execute(function: Document, event: Json, request_id: str) -> Document:
    """Invoke a function in a warm environment and return what MiniStack expects of an executor."""
    config = function.get("config") or function
    code = function.get("code_zip")
    assert isinstance(config, dict)
    if not code:
        return _failed("Runtime.InvalidEntrypoint", "the function has no code", request_id, "")
    name, qualifier = str(config.get("FunctionName")), config.get("Version", "$LATEST")
    lambda_svc._ensure_reaper_thread()
    key = lambda_runtime._worker_key(name, config, qualifier)
    turns.wait_for_turn(key)
    environment, _ = lambda_runtime.acquire_worker(name, config, code, qualifier=qualifier)
    if environment is None:
        reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        throttled: Document = lambda_svc._throttle_response(reason, "Rate Exceeded.")
        return throttled
    try:
        answer = environment.invoke(
            event,
            request_id,
            trace_id=lambda_svc._xray_trace_id_for_invocation(config),
            invoked_function_arn=config.get("FunctionArn", ""),
            depth=lambda_svc._invoke_depth.get(),
            durable=lambda_svc._durable_env_overlay(),
        )
    except (RuntimeError, OSError) as failure:
        _log.warning("function %s could not be started: %s", name, failure)
        answer = _not_begun(environment, str(failure))
    finally:
        lambda_runtime.release_worker(environment)
        turns.pass_turn(key)
    result = _result(answer, request_id)
    # An error that the function raised itself is none of the runtime.
    body = result["body"] if answer.get("status") != "ok" else None
    function_reports.note(answer, str(body["errorType"]) if isinstance(body, dict) else "")
    return result


def _not_begun(environment: lambda_runtime.Worker, told: str) -> Document:
    """The answer in place of an environment that ended before it could take an invocation."""
    size = environment.config.get("MemorySize", 128)
    return {
        "status": "error",
        "error": told.removeprefix("Worker init failed: "),
        "was_begun": False,
        "log": environment._drain_stderr(),
        # Nobody but the nursery kills an environment that begins.
        "out_of_memory": told.endswith("signal: killed"),
        "peak": size * memory.MEGABYTE if told.endswith("signal: killed") else 0,
    }


def _result(answer: Document, request_id: str) -> Document:
    """Turn the answer of an environment into a body and a log, as AWS words them."""
    log = str(answer.get("log") or "")
    if answer.get("status") == "ok":
        result = answer.get("result")
        # Our runtime answers a failed invocation with its report; the environment stays warm.
        if isinstance(result, dict) and "failure" in result:
            return {"body": result["failure"], "error": True, "log": log}
        return {"body": result.get("value") if isinstance(result, dict) else result, "log": log}
    message = str(answer.get("error", ""))
    if timed_out := _TIMED_OUT.fullmatch(message):
        said = f"Task timed out after {float(timed_out[1]):.2f} seconds"
        line = f"{sf.now_iso()} {request_id} {said}"
        return _failed(
            "Sandbox.Timedout", f"RequestId: {request_id} Error: {said}", None, f"{log}\n{line}"
        )
    is_told = message.startswith("Runtime exited") or "was_begun" in answer
    told = message if is_told else _NO_REASON
    said = f"RequestId: {request_id} Error: {told}"
    return _failed("Runtime.ExitError", said, None, f"{log}\n{said}\nRuntime.ExitError")


def _failed(error: str, message: str, request_id: str | None, log: str) -> Document:
    body: Document = {"errorType": error, "errorMessage": message}
    if request_id:
        body["requestId"] = request_id
    return {"body": body, "error": True, "log": log.strip("\n")}


def _read_log(environment: lambda_runtime.Worker, **patience: float) -> str:
    """Return the log lines of the invocation that just ended, up to the runtime's end mark."""
    lines: list[str] = []
    deadline = time.monotonic() + _LOG_SECONDS
    while time.monotonic() < deadline:
        try:
            line = environment._stderr_queue.get(timeout=0.05)
        except queue.Empty:
            process = environment._proc
            if process is None or process.poll() is not None:
                break
            continue
        if line == END_OF_LOG:
            # The line before it is the end of what the function wrote last.
            return "\n".join(lines[:-1] if lines[-1:] == [""] else lines)
        lines.append(line)
    return "\n".join(lines)


def install() -> None:
    """Report what goes wrong in a function in AWS's words, as our runtime says it."""
    anchor.require(lambda_svc._execute_function_warm, "62b9218bef5b948a")
    anchor.require(lambda_runtime.Worker.invoke, "96751a75471021ec")
    anchor.require(lambda_runtime.Worker._drain_stderr_bounded, "3fd7cc742872e604")
    anchor.require(cloudwatch_logs._append_log_events, "e47cae7a15a4cc46")
    append, drain = cloudwatch_logs._append_log_events, lambda_runtime.Worker._drain_stderr_bounded

    def append_log_events(stream: Document, events: list[Document]) -> None:
        append(stream, [{**event, "message": _unfolded(event["message"])} for event in events])

    def drain_stderr(environment: lambda_runtime.Worker, **patience: float) -> str:
        if str(environment.config.get("Runtime", "python")).startswith("python"):
            return _read_log(environment)
        return str(drain(environment, **patience))

    lambda_svc._execute_function_warm = execute
    lambda_runtime.Worker._drain_stderr_bounded = drain_stderr
    cloudwatch_logs._append_log_events = append_log_events


def _unfolded(message: Json) -> Json:
    return message.replace(NEWLINE, "\n") if isinstance(message, str) else message
