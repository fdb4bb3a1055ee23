"""Evidence packages: records with what proves them, to be checked on another machine.

What belongs to a procedure or an audit is told by `procedures.evidence` and `audits.evidence`;
here it is read, packed and signed. `verify_evidence.py` lies in each package and stands alone.
"""
