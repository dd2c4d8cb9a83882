"""Every check, by category. Installed as `chutes_cli.checks`, reached through the registry."""
