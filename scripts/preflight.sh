#!/bin/sh
# Check that this machine can set chutes-prod up, before anything is installed.
#
# Prints the path of the chosen Python on stdout and everything else on stderr; exits 1
# and names the Debian packages when something is missing. Needs nothing but a shell.
#
#   sh scripts/preflight.sh            take the first suitable Python
#   PYTHON=python3.12 sh scripts/preflight.sh
#
# A C compiler and the Python headers are needed because the SDK depends on netifaces,
# which is built from source (PLATFORM F85).
set -u

# 3.11 comes first: it is the version the SDK's runtime was tried on, and torch's safest.
candidates="${PYTHON:-python3.11 python3.12 python3.13 python3}"

is_suitable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

# Debian splits these off, so a Python that starts may still lack them.
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

has_headers() {
    "$1" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' 2>/dev/null
}

python=
for candidate in $candidates; do
    is_suitable "$candidate" || continue
    # The first suitable one, unless a later one lacks nothing.
    [ -n "$python" ] || python=$candidate
    if has_venv "$candidate" && has_headers "$candidate"; then
        python=$candidate
        break
    fi
done

missing=
packages=
lack() {
    missing="$missing
  - $1"
    packages="$packages $2"
}

if [ -z "$python" ]; then
    lack "Python 3.11, 3.12 or 3.13 (tried: $candidates)" "python3 python3-venv python3-dev"
else
    name=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    has_venv "$python" || lack "the venv and ensurepip modules of $name" "$name-venv"
    has_headers "$python" || lack "the C headers of $name (Python.h)" "$name-dev"
fi
command -v git >/dev/null 2>&1 || lack "git" "git"
command -v "${CC:-cc}" >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 ||
    lack "a C compiler" "build-essential"

if [ -n "$missing" ]; then
    {
        echo "chutes-prod cannot be set up on this machine yet. Missing:$missing"
        echo "On Debian and Ubuntu:"
        echo "  sudo apt-get install$packages"
        [ -n "${PYTHON:-}" ] || echo "Another Python can be named: make PYTHON=/path/to/python3.11 ..."
    } >&2
    exit 1
fi

"$python" -c 'import sys; print(sys.executable)'
