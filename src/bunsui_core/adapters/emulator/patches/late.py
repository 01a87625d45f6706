"""Patches of modules that cost megabytes and that few uses need: applied when they are loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Patching(Loader):
    """Loads a module as its own loader does, then patches it."""

    def __init__(self, inner: Loader, patch: Callable[[], None]) -> None:
        self._inner = inner
        self._patch = patch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the module's own loader."""
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and then the patch."""
        self._inner.exec_module(module)
        self._patch()


class _Finder(MetaPathFinder):
    def __init__(self, name: str, patch: Callable[[], None]) -> None:
        self._name = name
        self._patch = patch

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the one module."""
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = _Patching(spec.loader, self._patch)
        return spec


def when_loaded(name: str, patch: Callable[[], None]) -> None:
    """Call `patch` as soon as the module of that name is loaded, at once if it is already."""
    if name in sys.modules:
        patch()
    else:
        sys.meta_path.insert(0, _Finder(name, patch))
