"""What is wrong in the document set on a day, and where each thing is mended."""

from procedures.health.facts import Scope
from procedures.health.rules import RULES, Defect, Rule, defects

__all__ = ["RULES", "Defect", "Rule", "Scope", "defects"]
