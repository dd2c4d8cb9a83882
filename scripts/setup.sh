#!/bin/sh
# Make the virtual environment that every target of the Makefile uses.
#
#   sh scripts/setup.sh VENV
#
# Called by make when pyproject.toml or this file is newer than VENV/.ready.
set -eu

venv=$1
python=$(sh scripts/preflight.sh)

echo "Setting up $venv with $("$python" --version); the first time takes a few minutes."
"$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

# pip 25.1 is the first that reads dependency groups; setuptools is for builds without
# isolation, which the tests of the wheel prefer.
pip install --upgrade 'pip>=25.1' 'setuptools>=77'

# torch goes first and alone, so that no later resolution replaces this build by another.
torch=$("$venv/bin/python" -c '
import tomllib
with open("pyproject.toml", "rb") as file:
    extras = tomllib.load(file)["project"]["optional-dependencies"]
print(next(line for line in extras["torch"] if line.startswith("torch==")))')
pip install "$torch"
pip install --editable '.[all]' --group dev

touch "$venv/.ready"
echo "$venv is ready."
