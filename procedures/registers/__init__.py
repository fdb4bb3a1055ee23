"""Registers of documents, forms and records (ISO 9001:2015, 7.5.3), as they stood on any day.

A register is a list of columns and a question; `tabulate()` asks it for one agency, one day and
one reader, and what comes out is the same on the page, in the workbook and on paper.
"""

from procedures.registers.asking import Asked, Column, Entry, Register, Value
from procedures.registers.catalogue import REGISTERS
from procedures.registers.printing import register_paper, register_workbook
from procedures.registers.tables import Table, tabulate

__all__ = [
    "REGISTERS",
    "Asked",
    "Column",
    "Entry",
    "Register",
    "Table",
    "Value",
    "register_paper",
    "register_workbook",
    "tabulate",
]
