"""How the programs of the terminal UI end; the command line hands over to them."""

from __future__ import annotations

OK, UNEXPECTED, TERMINAL = 0, 1, 8
