"""Lists of TTHC from outside: files that offices send, read without trusting them."""
