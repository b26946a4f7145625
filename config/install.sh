# Shared by config/demo.sh and tests/run.sh (sourced, not run): finds what a machine lacks and installs it when it may.
# Every function either leaves the thing usable or prints the exact command that would, and ends the script with code 3.

say()  { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }

# An empty machine has neither a locale nor libicu; nothing of ours needs them.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=${DOTNET_SYSTEM_GLOBALIZATION_INVARIANT:-1}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1
export HOME=${HOME:-/tmp}
# The authorities this machine trusts count for npm too, whichever Node.js runs it.
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}; fi

missing() { printf '\nMISSING: %s\nRun this, then start again:\n\n    %s\n\n' "$1" "$2" >&2; exit 3; }

# How this user may install Debian packages: directly, by sudo without a password, or not at all.
apt_prefix() {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" = 0 ]; then printf ''; return 0; fi
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then printf 'sudo -n '; return 0; fi
  return 1
}

package_installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# need_packages PACKAGE... : installs those that are missing in one go.
need_packages() {
  local wanted=() package prefix log
  for package in "$@"; do package_installed "$package" || wanted+=("$package"); done
  [ ${#wanted[@]} = 0 ] && return 0
  if prefix=$(apt_prefix); then
    say "installing ${wanted[*]} (apt-get)"
    log=$(mktemp)
    if ! { ${prefix}apt-get update -qq && ${prefix}env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
      tail -n 15 "$log" >&2
      rm -f "$log"
      missing "${wanted[*]}: apt-get failed, see above" "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${wanted[*]}"
    fi
    rm -f "$log"
    return 0
  fi
  missing "Debian package(s) ${wanted[*]}; this user may not install packages" "sudo apt-get update && sudo apt-get install -y --no-install-recommends ${wanted[*]}"
}

need_dotnet() {
  if ! command -v dotnet >/dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then PATH=$HOME/.dotnet:$PATH; fi
  command -v dotnet >/dev/null || missing "the .NET 10 SDK (no dotnet on the PATH)" "see https://learn.microsoft.com/dotnet/core/install/linux-debian, package dotnet-sdk-10.0"
  dotnet --list-sdks | grep -q '^10\.' || missing "the .NET 10 SDK (dotnet is there, but: $(dotnet --list-sdks | tr '\n' ' '))" "see https://learn.microsoft.com/dotnet/core/install/linux-debian, package dotnet-sdk-10.0"
}

# What the product itself loads.
need_runtime() { need_packages libsodium23 libsecp256k1-1 libsqlite3-0 libssl3 ca-certificates; need_dotnet; }

node_is_new() { "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' 2>/dev/null; }

# Leaves a Node.js >= 20.19 first on the PATH. Debian 12 has 18: a current one comes as an npm package into tests/node_modules.
need_node() {
  local own=$1/tests/node_modules/node/bin
  if command -v node >/dev/null && node_is_new node; then return 0; fi
  if [ -x "$own/node" ] && node_is_new "$own/node"; then PATH=$own:$PATH; export PATH; return 0; fi
  if ! command -v npm >/dev/null; then need_packages nodejs npm; fi
  say "installing Node.js 22 as an npm package (the machine has $(node --version 2>/dev/null || echo none))"
  local log; log=$(mktemp)
  if ! npm install --prefix "$1/tests" --no-save --no-package-lock --no-fund --no-audit node@22 >"$log" 2>&1 || ! node_is_new "$own/node"; then
    tail -n 15 "$log" >&2; rm -f "$log"
    missing "Node.js 20.19 or newer" "npm install --prefix $1/tests --no-save --no-package-lock node@22"
  fi
  rm -f "$log"
  PATH=$own:$PATH; export PATH
}

# The judges' packages, exactly as locked.
need_judges() {
  local folder=$1/tests/judges stamp
  stamp=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$folder/node_modules/.locked" 2>/dev/null)" = "$stamp" ] && return 0
  say "installing the judges' npm packages (npm ci)"
  local log; log=$(mktemp)
  if ! npm ci --prefix "$folder" --ignore-scripts --no-fund --no-audit >"$log" 2>&1; then
    tail -n 15 "$log" >&2; rm -f "$log"
    missing "npm packages of tests/judges" "npm ci --prefix $folder --ignore-scripts"
  fi
  rm -f "$log"
  printf '%s' "$stamp" >"$folder/node_modules/.locked"
}

# What the tests ask besides: foreign gRPC peers, false clocks, core dumps read from outside, a software token, its inspector,
# and a C compiler for the token's module with faults.
need_test_tools() {
  need_packages python3 python3-grpcio python3-protobuf faketime gdb procps softhsm2 opensc openssl gcc libc6-dev
  need_node "$1"
  need_judges "$1"
}

# build ROOT [WHAT]: restores exactly what the lock files say, then builds in Release with warnings as errors.
build() {
  local root=$1 what=${2:-$1/MpcSigner.sln} started=$SECONDS
  step "building (Release, locked packages, warnings are errors)"
  dotnet restore "$what" --locked-mode -v q || fail "restore: a package or a lock file does not fit; see above"
  dotnet build "$what" -c Release --no-restore -warnaserror -v q --nologo || fail "build: see above"
  say "built in $((SECONDS - started)) s"
}
