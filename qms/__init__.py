"""The product's lower floors, its settings and addresses."""

# The settings live in this package, so whoever loads Django passes here first, pytest included.
import qms.sqlite  # noqa: F401
