"""`python -m leindex`: the command line, where no script `leindex` is on the path."""

from leindex.cli import main

if __name__ == "__main__":
    main(prog_name="python -m leindex")
