"""``python -P -m chutes_cli``: the same as the ``chutes-prod`` script."""

from chutes_cli.cli.app import main

if __name__ == "__main__":
    main()
