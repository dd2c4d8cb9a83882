"""Project templates, one folder each. Installed as `chutes_cli.templates`."""
