"""`python -m custmap` is `custmap`."""

from custmap.cli import main

if __name__ == "__main__":
    main()
