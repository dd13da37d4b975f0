"""Pure functions from bytes to facts: no I/O, no clock, no Prefect."""
