"""Printed records of document control, told as neutral stories."""
