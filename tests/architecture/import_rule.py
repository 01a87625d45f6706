"""The table of ARCHITECTURE.md, "Who may import whom", as data and as a check over source files.

An edge is read wherever in a file the import stands, also under `TYPE_CHECKING`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"

CORE = "bunsui_core"
ADAPTER = frozenset({f"{CORE}.domain", f"{CORE}.ports", f"{CORE}.log", "pydantic"})
AWS = frozenset({"boto3", "botocore", "mypy_boto3", "types_boto3"})
FRONT = frozenset({f"{CORE}.{name}" for name in ("domain", "settings", "log", "assets")})
FRONT_OF_A_HUMAN = FRONT | {f"{CORE}.desk", f"{CORE}.wiring"}

RULE: Mapping[str, frozenset[str]] = {
    f"{CORE}.domain": frozenset({"pydantic", "rfc8785", "jsonschema"}),
    f"{CORE}.authoring": frozenset({f"{CORE}.domain", "troposphere"}),
    f"{CORE}.ports": frozenset({f"{CORE}.domain"}),
    f"{CORE}.app": frozenset({f"{CORE}.domain", f"{CORE}.ports", f"{CORE}.authoring"}),
    f"{CORE}.desk": frozenset({f"{CORE}.domain", f"{CORE}.ports", f"{CORE}.app"}),
    f"{CORE}.adapters.aws": ADAPTER | AWS,
    f"{CORE}.adapters.aws.control": ADAPTER | AWS | {f"{CORE}.adapters.aws"},
    f"{CORE}.adapters.local": ADAPTER,
    f"{CORE}.adapters.local.control": ADAPTER | {f"{CORE}.adapters.local", "cryptography"},
    f"{CORE}.adapters.webhook": ADAPTER,
    f"{CORE}.adapters.emulator": ADAPTER | AWS | {"ministack", "hypercorn"},
    f"{CORE}.wiring": frozenset({CORE, "pydantic"}),
    f"{CORE}.lambdas": frozenset({CORE, "pydantic"}),
    f"{CORE}.watcher": frozenset({f"{CORE}.{name}" for name in ("domain", "ports", "app", "log")}),
    f"{CORE}.worker": frozenset(
        {f"{CORE}.{name}" for name in ("domain", "ports", "app", "log", "watcher")}
    ),
    f"{CORE}.settings": frozenset({f"{CORE}.domain", "pydantic", "pydantic_settings"}),
    f"{CORE}.log": frozenset({"structlog"}),
    f"{CORE}.assets": frozenset(),
    "bunsui_cli": FRONT_OF_A_HUMAN | {"typer", "click", "rich"},
    "bunsui_tui": FRONT_OF_A_HUMAN | {"textual", "rich"},
    "bunsui_tui.web": FRONT_OF_A_HUMAN | {"bunsui_tui", "textual_serve", "aiohttp"},
    "bunsui_mcp": FRONT
    | {f"{CORE}.desk.agent", f"{CORE}.wiring.agent"}
    | {"mcp", "mcp_types", "starlette", "uvicorn", "anyio", "pydantic"},
}
"""Layer to what it may import besides itself and the standard library; the longest name rules."""

OUT_OF_REACH = frozenset(
    f"{CORE}.{name}"
    for name in (
        "ports.control",
        "ports.signing",
        "ports.moving",
        "adapters.aws.control",
        "adapters.local.control",
        "app.decide",
        "app.execute",
        "app.advance",
        "app.conduct",
        "app.fulfil",
        "app.wake",
        "app.move",
        "worker",
        "desk.operator",
        "wiring.operator",
        "wiring.worker",
        "wiring.demo",
        "wiring.deployed",
        "lambdas",
    )
)
"""What decides or changes AWS; the MCP server must not reach it over any number of imports."""


def within(name: str, package: str) -> bool:
    """Whether a dotted name is the package or something inside it."""
    return f"{name}.".startswith(f"{package}.")


def layer_of(name: str) -> str:
    """The longest layer a dotted name lies in, or the empty string."""
    return max((layer for layer in RULE if within(name, layer)), key=len, default="")


def is_out_of_reach(module: str) -> bool:
    """Whether a module decides or changes AWS."""
    return any(within(module, forbidden) for forbidden in OUT_OF_REACH)


@cache
def foreign_names_in(text: str) -> frozenset[str]:
    """What a file imports from outside the standard library."""
    names = names_in(ast.parse(text))
    return frozenset(n for n in names if n.split(".")[0] not in sys.stdlib_module_names)


def names_in(tree: ast.AST) -> Iterator[str]:
    """Every dotted name a syntax tree imports; a relative import keeps its dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ("." * node.level + f"{node.module}.{alias.name}" for alias in node.names)


@dataclass(frozen=True)
class Source:
    """The modules below one source folder and what each imports."""

    root: Path

    @cached_property
    def imports(self) -> Mapping[str, frozenset[str]]:
        """Module to the names it imports from outside the standard library."""
        found = {}
        for path in sorted(self.root.rglob("*.py")):
            name = ".".join(path.relative_to(self.root).with_suffix("").parts)
            text = path.read_text(encoding="utf-8")
            found[name.removesuffix(".__init__")] = foreign_names_in(text)
        return found

    def strays(self, module: str) -> frozenset[str]:
        """What the module imports against its layer's rule; everything, when it has no layer."""
        layer = layer_of(module)
        allowed = RULE.get(layer, frozenset())
        return frozenset(
            name
            for name in self.imports[module]
            if not (layer and layer_of(name) == layer)
            and not any(permits(name, one) for one in allowed)
        )

    def reachable_from(self, package: str) -> frozenset[str]:
        """Every module that importing the package can load."""
        seen: set[str] = set()
        todo = [module for module in self.imports if within(module, package)]
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += [m for n in self.imports[module] for m in self.loaded_by(n)]
        return frozenset(seen)

    def loaded_by(self, name: str) -> Iterator[str]:
        """The modules that importing a dotted name loads: itself and every package above."""
        parts = name.split(".")
        above = (".".join(parts[: end + 1]) for end in range(len(parts)))
        return (one for one in above if one in self.imports)


def permits(name: str, allowed: str) -> bool:
    """Whether an allowed package covers a name; `mypy_boto3` covers the stub of every service."""
    return within(name, allowed) or (allowed == "mypy_boto3" and name.startswith("mypy_boto3_"))
