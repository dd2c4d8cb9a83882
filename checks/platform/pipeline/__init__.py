"""Checks of what builds, deploys and starts a chute: CI files, scripts, containers."""
