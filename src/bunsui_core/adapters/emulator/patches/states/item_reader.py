"""What a Map reads its items from, and how it says that it cannot."""

from __future__ import annotations

import json

from ministack.services import stepfunctions as sf

from bunsui_core.adapters.emulator.patches import anchor
from bunsui_core.adapters.emulator.patches.states.history import Document
from bunsui_core.domain.value import Json

_FAILED = "States.ItemReaderFailed"


def install() -> None:
    """Refuse items that Step Functions cannot read, in its words."""
    anchor.require(sf._parse_reader_items, "80954bad8e260c9b")
    parse = sf._parse_reader_items

    def parsed(text: str, config: Document) -> Json:
        headers = _headers(text, config)
        if len(set(headers)) < len(headers):
            raise sf._ExecutionError(_FAILED, "CSV headers cannot contain duplicates.")
        try:
            items: Json = parse(text, config)
        except (json.JSONDecodeError, KeyError, IndexError, ValueError) as error:
            raise sf._ExecutionError(
                _FAILED, "Attempting to read items of a file that is malformed."
            ) from error
        if not isinstance(items, list):
            raise sf._ExecutionError(_FAILED, "Attempting to map over non-iterable node.")
        return items

    sf._parse_reader_items = parsed


def _headers(text: str, config: Document) -> list[str]:
    if config.get("InputType") != "CSV":
        return []
    given = config.get("CSVHeaders")
    if config.get("CSVHeaderLocation") == "GIVEN" and isinstance(given, list):
        return [str(name) for name in given]
    first, _, _ = text.partition("\n")
    return [name.strip() for name in first.split(",")] if first else []
