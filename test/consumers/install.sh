#!/usr/bin/env bash
# Installs the languages that use the packed library: Python with venv, a JDK with Maven, Go, and a C# compiler, which is
# used as a parser only. Skips what is installed already. Requires root on Debian.
set -euo pipefail

missing=()
need() { # packages, and a command that succeeds if they are installed
  local packages=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=($packages)
}
need 'python3 python3-venv' python3 -c 'import ensurepip, venv'
need default-jdk-headless javac -version
need maven command -v mvn
need golang-go command -v go
need mono-mcs command -v mcs

if ((${#missing[@]})); then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
maven=$(mvn -B -version | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
echo "$(python3 --version), $(javac -version 2>&1), Maven $maven, $(go version), mcs $(mcs --version | grep -o '[0-9.]*$')"
