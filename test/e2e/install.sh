#!/usr/bin/env bash
# Brings what the end-to-end suite runs, into a cache outside of the project: the real HAProxy of the line that is
# deployed, and an S3 server that verifies signatures. Nothing is done again that is there already. Needs root on
# Debian, and cargo.
set -euo pipefail
cache=${MEDIA_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdk-media-replication/e2e}
haproxy_line=3.2
garage_version=2.5.0
servers=$cache/servers
mkdir -p "$cache"

need() { # command, packages
  command -v "$1" >/dev/null && return
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${@:2}" >/dev/null
}

haproxy_version() { chroot "$servers" /usr/sbin/haproxy -v 2>/dev/null | sed -n 's/^HAProxy version \([0-9.]*\).*/\1/p'; }

# Debian's unstable suite has the current line. It needs its own C library, so it gets a tree of its own.
if [[ $(haproxy_version) != "$haproxy_line".* ]]; then
  need debootstrap debootstrap debian-archive-keyring
  rm -rf --one-file-system "$servers"
  debootstrap --variant=minbase --include=haproxy,nginx-light,ca-certificates sid "$servers" >"$cache/debootstrap.log" 2>&1 ||
    { tail -20 "$cache/debootstrap.log" >&2; exit 1; }
  rm -f "$servers"/var/cache/apt/archives/*.deb
fi
if [[ $(haproxy_version) != "$haproxy_line".* ]]; then
  echo "Debian has HAProxy $(haproxy_version) now, but $haproxy_line is what the template deploys: test the new line, then raise both." >&2
  exit 1
fi
# As in a container: the server reads its configuration from standard input.
for link in stdin:0 stdout:1 stderr:2; do ln -sf "/proc/self/fd/${link#*:}" "$servers/dev/${link%:*}"; done

if ! "$cache/garage/bin/garage" --version 2>/dev/null | grep -qF "$garage_version"; then
  need cargo cargo
  cargo install garage --version "=$garage_version" --locked --no-default-features --features bundled-libs,sqlite \
    --root "$cache/garage" --target-dir "$cache/garage-target" >"$cache/cargo.log" 2>&1 || { tail -30 "$cache/cargo.log" >&2; exit 1; }
  rm -rf "$cache/garage-target"
fi
need openssl openssl
echo "HAProxy $(haproxy_version), $("$cache/garage/bin/garage" --version | head -1)"
