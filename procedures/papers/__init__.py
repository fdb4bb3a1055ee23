"""Printed records of document control: plain values in, a paper out."""
