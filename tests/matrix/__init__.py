"""The world on which every address is tried, for everybody, against `tests/access_table.py`."""
