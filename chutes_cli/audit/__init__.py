"""`audit`: runs the checks over a Project and builds the Report."""
