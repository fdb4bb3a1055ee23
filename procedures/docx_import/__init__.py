"""Procedures that offices wrote in Word: read without trusting them, without guessing."""
