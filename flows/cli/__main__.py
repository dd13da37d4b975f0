"""`python -m flows.cli`: the command line, where `fazhi` is not on the path."""

from flows.cli import main

main()
