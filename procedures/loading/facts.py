"""The files that are loaded, read as they stand."""

import csv
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from procedures.imports.carry_out import ImportFile

Row = dict[str, str]


class Facts:
    """A folder of facts: lists as CSV, the office and its procedures as YAML."""

    TTHC = "tthc_gddt_cap_huyen.csv"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def office(self) -> dict[str, Any]:
        return self._yaml("office.yaml")

    @cached_property
    def illustrations(self) -> dict[str, Any]:
        return self._yaml("illustrations.yaml")

    @cached_property
    def procedures(self) -> list[dict[str, Any]]:
        """Return the facts of each procedure, in the order of the codes they are to bear."""
        names = sorted(path.name for path in (self.folder / "procedures").glob("*.yaml"))
        found = [self._yaml(f"procedures/{name}") for name in names]
        order = list(self.illustrations["procedures"])
        return sorted(found, key=lambda facts: order.index(facts["code"]))

    @cached_property
    def tthc(self) -> list[Row]:
        return self._csv(self.TTHC)

    @property
    def tthc_list(self) -> ImportFile:
        """Return the same list as the file that is imported."""
        return ImportFile((self.folder / self.TTHC).read_bytes(), self.TTHC)

    @cached_property
    def legal_documents(self) -> list[Row]:
        return self._csv("legal_documents.csv")

    @cached_property
    def legal_changes(self) -> list[Row]:
        return self._csv("legal_changes.csv")

    def _yaml(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = yaml.safe_load((self.folder / name).read_text(encoding="utf-8"))
        return loaded

    def _csv(self, name: str) -> list[Row]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
