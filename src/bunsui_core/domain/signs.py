"""The words by which AWS, runtimes and drivers name causes: codes, exception classes, phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from bunsui_core.domain.diagnosis import Action, Category

_CODES: Mapping[Category, str] = {
    Category.IMAGE_PULL: ("CannotPullContainer CannotPullImageManifest CannotPullECRContainer"),
    Category.PERMISSION: (
        "AccessDenied Unauthorized UnauthorizedOperation AuthFailure Permissions Forbidden "
        "ExpiredToken InvalidClientTokenId SignatureDoesNotMatch UnrecognizedClient "
        "InvalidSignature NoCredentials PartialCredentials CredentialRetrieval NotAuthorized "
        "Permission KMSAccessDenied MissingAuthenticationToken InsufficientPrivilege 401 403"
    ),
    Category.THROTTLING: (
        "ConcurrentRunsExceeded Throttling Throttled ThrottledClient TooManyRequests "
        "RequestLimitExceeded SlowDown ProvisionedThroughputExceeded RequestThrottled "
        "BandwidthLimitExceeded RateExceeded PriorRequestNotComplete TransactionInProgress "
        "RateLimit EC2Throttled KMSThrottling QueryQueueFull 429"
    ),
    Category.RESOURCE_EXHAUSTED: (
        "OutOfMemory Memory OutOfMemoryErrorKilled MemoryErrorKilled OOMKilled EFSIO DiskFull "
        "ResourceExhausted ExceededMemoryLimit ExceededGlobalMemoryLimit ExceededLocalMemoryLimit"
    ),
    Category.CAPACITY: (
        "InsufficientInstanceCapacity InsufficientCapacity SpotInterruption "
        "CapacityUnavailable InsufficientFreeAddressesInSubnet"
    ),
    Category.QUOTA_LIMIT: (
        "LimitExceeded ServiceQuotaExceeded DataLimitExceeded RequestEntityTooLarge "
        "PayloadTooLarge ItemCollectionSizeLimitExceeded ResourceNumberLimitExceeded "
        "CodeStorageExceeded EntityTooLarge ResponseSizeTooLarge InvalidRequestContent "
        "HiveTooManyOpenPartitions QueryTextTooLarge 413"
    ),
    Category.CONFLICT: (
        "Conflict ConcurrentModification ConditionalCheckFailed TransactionConflict "
        "ResourceConflict ResourceInUse OperationAborted OptimisticLock AlreadyExists "
        "ConcurrentAppend ConcurrentUpdate ExecutionAlreadyExists LockTimeout Deadlock "
        "EntityAlreadyExists ConcurrentRuns PreconditionFailed ConditionalRequestConflict 409 412"
    ),
    Category.MISSING_RESOURCE: (
        "ResourceNotFound NoSuchBucket NoSuchKey NoSuchEntity EntityNotFound FileNotFound "
        "StateMachineDoesNotExist ExecutionDoesNotExist QueueDoesNotExist NonExistentQueue "
        "TableNotFound ClusterNotFound NotFound UndefinedTable NoSuchTable DoesNotExist "
        "SchemaNotFound HiveTableDroppedDuringQuery 404"
    ),
    Category.TIMEOUT: ("Timeout HeartbeatTimeout Timedout TimedOut TaskTimedOut ExceededTimeLimit"),
    Category.NETWORK: (
        "ConnectTimeout ReadTimeout EndpointConnection ConnectionRefused ConnectionReset "
        "Connection ConnectionClosed SSL gaierror NewConnection MaxRetry SocketTimeout "
        "UnknownHost NameResolution BrokenPipe ProxyConnection RemoteDisconnected HTTPClient"
    ),
    Category.SERVICE_FAULT: (
        "InternalServer InternalFailure ServiceUnavailable InternalService Internal Service "
        "ServerInternal BadGateway GatewayTimeout SdkClient ServiceFailure 500 502 503 504"
    ),
    Category.BAD_INPUT_DATA: (
        "Value UnicodeDecode JSONDecode Parser InvalidOperation Validation SchemaValidation "
        "NumberFormat DateTimeParse JsonParse JsonProcessing Data InvalidRow BadRow "
        "MalformedRow MalformedRecord InvalidRecord BadRecord InvalidText "
        "InvalidDatetimeFormat NotNullViolation UniqueViolation Integrity OutOfBoundsDatetime "
        "ColumnMismatch Schema DataFormat InvalidToken FailedEntry HiveBadData HiveCursor "
        "HiveInvalidPartitionValue NumericValueOutOfRange InvalidCastArgument DivisionByZero"
    ),
    Category.CONFIGURATION: (
        "Runtime QueryEvaluation ParameterPathFailure ResultPathMatchFailure IntrinsicFailure "
        "NoChoiceMatched ItemReaderFailed ResultWriterFailed InvalidParameter "
        "InvalidParameterValue InvalidParameterCombination InvalidArgument InvalidInput "
        "KMSDisabled KMSInvalidState Disabled KMSInvalidKeyUsage InvalidEntrypoint DynamoDb "
        "AmazonDynamoDB InvalidArn InvalidDefinition InvalidRequest PermanentRedirect Semantic "
        "HivePartitionSchemaMismatch HiveInvalidMetadata HiveUnsupportedFormat ColumnNotFound "
        "TypeMismatch InvalidView ViewIsStale"
    ),
    Category.CODE_BUG: (
        "Key Type Attribute Index Name Assertion ZeroDivision NotImplemented Syntax Import "
        "ModuleNotFound UnboundLocal Recursion NullPointer ClassCast ClassNotFound "
        "ImportModule HandlerNotFound Reference Exit ExitError InvalidEntrypoint "
        "UserCodeSyntax NoClassDefFound IllegalArgument IllegalState Lookup Arithmetic "
        "Indentation"
    ),
    Category.CANCELLED: ("Aborted Cancelled Canceled JobCancelled TaskCancelled UserInitiated"),
}

_PHRASES: Mapping[Category, str] = {
    Category.IMAGE_PULL: (
        r"cannotpull|pull access denied|pull image manifest|manifest unknown|pull rate limit"
    ),
    Category.PERMISSION: (
        r"not authorized|access denied|accessdenied|permission denied(?!: '/var/task)|"
        r"unauthori[sz]ed|no pg_hba|"
        r"ciphertext refers to|credentials? (?:\w+ )?(?:expired|not found)|"
        r"unable to locate credentials|security token .*(?:expired|invalid)|"
        r"insufficient privilege|assume role permission"
    ),
    Category.THROTTLING: (
        r"rate exceeded|throttl|too many requests|slow ?down|reduce your request rate|"
        r"request rate is too (?:high|large)|rate limit|\b429\b|concurrency limit|"
        r"exceeded the rate\b"
    ),
    Category.RESOURCE_EXHAUSTED: (
        r"out of ?memory|outofmemory|oomkilled|memory used|heap space|no space left|"
        r"too many open files|cannot allocate memory|runtime exited .*signal: killed|"
        r"temp_file_limit|disk (?:is )?full|create more free space|replicated to 0 nodes"
    ),
    Category.CAPACITY: (
        r"capacity is unavailable|insufficient (?:instance )?capacity|no capacity|"
        r"spot (?:instance )?(?:interruption|reclaim)|no container instances? met|"
        r"not have sufficient capacity|spot (?:\w+ )?was interrupted"
    ),
    Category.QUOTA_LIMIT: (
        r"exceed\w* the (?:maximum|service) |exceeding the maximum|maximum (?:allowed )?size|"
        r"quota|payload size exceeded|\blimit exceeded|size limit|exceeded limit of|"
        r"exceeded the \d+ ?[kmg]?b limit|reached (?:the|your) limit|limit on the number of|"
        r"must be smaller than \d+|length less than or equal to|below its minimum value"
    ),
    Category.CONFLICT: (
        r"already exists|being modified|concurrent(?:ly)? (?:modif|updat|writ|transaction)|"
        r"deadlock|could not serialize|optimistic lock|conditional request failed|"
        r"lock (?:wait )?timeout|transaction conflict|incorrect file ?size"
    ),
    Category.MISSING_RESOURCE: (
        r"does not exist|not found\b|no such (?:file|key|bucket|table|function|queue)|"
        r"cannot be found|could not be found(?! in the input)"
    ),
    Category.TIMEOUT: (
        r"task timed out after|timed out after \d|time ?limit|deadline exceeded|"
        r"statement timeout|idle[- ]in[- ]transaction timeout"
    ),
    Category.NETWORK: (
        r"connection (?:was )?(?:reset|refused|timed out|closed|aborted)|could not connect|"
        r"name or service not known|temporary failure in name resolution|no route to host|"
        r"network is unreachable|read timed out|connect(?:ion)? timeout|tls handshake|"
        r"i/o timeout|broken connection|fetch-failures|nat gateway"
    ),
    Category.SERVICE_FAULT: (
        r"internal (?:server |service )?error|service (?:is )?(?:temporarily )?unavailable|"
        r"bad gateway|\b50[0234]\b (?:error|internal|bad|service|gateway)|"
        r"status code:? 50[0234]|internal failure"
    ),
    Category.BAD_INPUT_DATA: (
        r"could not convert|invalid literal|malformed|cannot (?:be )?parsed?|unable to parse|"
        r"failed to parse|expecting value|unexpected token|"
        r"not a valid (?:\w+[ -]?){0,2}(?:date|time|number|json)|"
        r"invalid (?:row|record|line|date|timestamp|number|json|character|byte)|"
        r"missing (?:required )?(?:column|field)|(?:row|line|record) \d+\b(?!:\d)|"
        r"wrong number of columns|valid iso-8601|must be between|duplicate key value|"
        r"violates .*constraint|non-iterable|unparsable|unterminated string|"
        r"bad (?:row|record|line)|exceeds max_(?:int|long)|references a negative|"
        r"cannot be cast to \S{0,80}(?:columnio|serde|json)"
    ),
    Category.CONFIGURATION: (
        r"invalid path|jsonata expression|could not be found in the input|"
        r"is disabled|invalid parameter|no \w+ in region|"
        r"environment variable|must be specified|is not supported|unknown (?:option|setting)|"
        r"invalid (?:arn|configuration|endpoint)|incorrect region|endpoint url|"
        r"invalid '\w+' setting|parameter:? [\w.]+ is invalid|location provided .{0,60}is invalid|"
        r"(?:been|is) invalidated|view is stale|could not find subnet|is in this region:"
    ),
    Category.CODE_BUG: (
        r"unable to import module|handler .* (?:missing|undefined)|is not defined|"
        r"exec format error|has no attribute|nonetype|segmentation fault|is not a function|"
        r"cannot read propert|permission denied: '/var/task"
    ),
    Category.CANCELLED: (
        r"cancell?ed by|stopped by user|aborted by|user initiated|terminated by user|"
        r"cancell?(?:ed|ing) .{0,20}(?:on|due to) user'?s? request"
    ),
}

TRANSIENT: Mapping[Category, bool | None] = {
    Category.IMAGE_PULL: None,
    Category.PERMISSION: False,
    Category.THROTTLING: True,
    Category.RESOURCE_EXHAUSTED: False,
    Category.CAPACITY: True,
    Category.QUOTA_LIMIT: False,
    Category.CONFLICT: None,
    Category.MISSING_RESOURCE: False,
    Category.TIMEOUT: None,
    Category.NETWORK: True,
    Category.SERVICE_FAULT: True,
    Category.BAD_INPUT_DATA: False,
    Category.CONFIGURATION: False,
    Category.CODE_BUG: False,
    Category.CANCELLED: None,
    Category.UNKNOWN: None,
}
"""Whether the same request would probably succeed later, by category; None: it depends."""

ACTIONS: Mapping[Category, Action] = {
    Category.IMAGE_PULL: Action.FIX_CONFIG,
    Category.PERMISSION: Action.FIX_PERMISSION,
    Category.THROTTLING: Action.WAIT_RETRY,
    Category.RESOURCE_EXHAUSTED: Action.RAISE_RESOURCE,
    Category.CAPACITY: Action.WAIT_RETRY,
    Category.QUOTA_LIMIT: Action.FIX_CODE,
    Category.CONFLICT: Action.REDRIVE,
    Category.MISSING_RESOURCE: Action.FIX_CONFIG,
    Category.TIMEOUT: Action.RAISE_RESOURCE,
    Category.NETWORK: Action.REDRIVE,
    Category.SERVICE_FAULT: Action.WAIT_RETRY,
    Category.BAD_INPUT_DATA: Action.FIX_INPUT,
    Category.CONFIGURATION: Action.FIX_CONFIG,
    Category.CODE_BUG: Action.FIX_CODE,
    Category.CANCELLED: Action.INVESTIGATE,
    Category.UNKNOWN: Action.INVESTIGATE,
}


def stem(code: str) -> str:
    """Return a code without its service, suffix, case and underscores: `toomanyrequests`."""
    last = code.rsplit(".", 1)[-1].rsplit(":", 1)[-1].replace("_", "")
    return re.sub(r"(?:Exception|Error|Fault)$", "", last).lower() or last.lower()


_STEMS: Mapping[Category, frozenset[str]] = {
    category: frozenset(stem(word) for word in words.split()) for category, words in _CODES.items()
}

CODES: Mapping[str, tuple[Category, ...]] = {
    name: tuple(category for category, stems in _STEMS.items() if name in stems)
    for name in frozenset().union(*_STEMS.values())
}
"""Stem of a code to the categories it names."""


@cache
def phrases() -> Mapping[Category, re.Pattern[str]]:
    """Return what a message says in words, by category; compiled when first asked for.

    Commands that only read what is stored never ask.
    """
    return {category: re.compile(text, re.IGNORECASE) for category, text in _PHRASES.items()}
