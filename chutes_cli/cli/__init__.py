"""The command line: parse, call, print, exit. The only place that knows exit codes."""
