#!/usr/bin/env bash
# Runs the tests.
#
#   bash tests/run.sh                 all tiers
#   bash tests/run.sh fast            kernel and architecture
#   bash tests/run.sh node|simulation|cluster
#   bash tests/run.sh rotation        the long tests of rotation between processes: nodes killed at every turn; not in the above
#   bash tests/run.sh crash           nodes killed at each word between them, two processes of one node; not in the above
#   bash tests/run.sh hsm             nodes sealed by tokens, with the long tests that are not in the above: their whole life, a late token, a change of seals killed on the way
#
# Ends with one line "N passed, N failed, N skipped"; exit code 0 only if something ran, nothing failed and nothing was skipped.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/config/install.sh"

# module          tier        budget  limit   (seconds: what it should take on 2 cores; when it is ended as hung)
modules="
Architecture.Tests fast            10     60
Kernel.Tests       fast            80    420
Node.Tests         node           230    600
Simulation         simulation     110    360
Cluster.Tests      cluster        450    780
Cluster.Tests      rotation       600   1500
Cluster.Tests      hsm            150    480
Cluster.Tests      crash          240    900
"
# All of them: under 900 s after the build.

tier=${1:-full}
case $tier in
  fast|node|simulation|cluster|rotation|hsm|crash|full) ;;
  -h|--help) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) say "unknown tier '$tier': fast, node, simulation, cluster, rotation, hsm, crash, or nothing for all but the last three" >&2; exit 2 ;;
esac

step "checking what this machine has"
need_runtime
if [ "$tier" != fast ]; then need_test_tools "$root"; fi

cd "$root"
build "$root"

passed=0 failed=0 skipped=0 broken=() started=$SECONDS logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

count() { sed -n "s/^ *$2: *\([0-9][0-9]*\).*/\1/p" "$1" | tail -n 1; }

run_module() {
  local name=$1 budget=$2 limit=$3 log=$logs/$1 code=0 began=$SECONDS took
  local which=()
  if [ "$name" = Cluster.Tests ]; then
    case $tier in
      rotation|crash) which=(--filter-trait "tier=$tier") ;;
      hsm) which=(--filter-class '*.Hsm.*') ;;
      *) which=(--filter-not-trait tier=rotation --filter-not-trait tier=hsm --filter-not-trait tier=crash) ;;
    esac
  fi
  step "MpcSigner.$name (budget $budget s)"
  MPCSIGNER_COSTS=$logs/$name.costs timeout --kill-after=15 "$limit" dotnet test --project "tests/MpcSigner.$name" -c Release --no-build --no-ansi ${which[@]+"${which[@]}"} >"$log" 2>&1 || code=$?
  took=$((SECONDS - began))
  cat "$logs/$name.costs" 2>/dev/null || true   # what tests measured; dotnet test shows nothing of a module that passes
  if [ "$code" = 124 ] || [ "$code" = 137 ]; then
    tail -n 40 "$log"
    say "ended after $limit s: hung"
    broken+=("MpcSigner.$name (hung)")
    return 0
  fi
  local total ok bad skip
  total=$(count "$log" total) ok=$(count "$log" succeeded) bad=$(count "$log" failed) skip=$(count "$log" skipped)
  passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${skip:-0}))
  if [ "$code" != 0 ] || [ "${total:-0}" = 0 ]; then
    grep -vE '^ *at System\.|^ *at Xunit' "$log" | tail -n 120
    # A module that ran nothing, or crashed with no failed test to show for it, is a failure of its own.
    if [ "${bad:-0}" = 0 ]; then broken+=("MpcSigner.$name (exit $code, ${total:-no} tests)"); fi
  fi
  say "${ok:-0} passed, ${bad:-0} failed, ${skip:-0} skipped in $took s$([ "$took" -gt "$budget" ] && echo " - OVER ITS BUDGET of $budget s" || true)"
}

while read -r name of budget limit; do
  [ -z "$name" ] && continue
  if [ "$tier" = "$of" ] || { [ "$tier" = full ] && [ "$of" != rotation ] && [ "$of" != hsm ] && [ "$of" != crash ]; }; then run_module "$name" "$budget" "$limit"; fi
done <<<"$modules"

# What a signature and a key cost, all parties together, so that every run shows a change.
if [ "$tier" = full ] || [ "$tier" = fast ]; then
  step "CPU of one signature and of one key generation, all parties together"
  if ! dotnet benchmarks/MpcSigner.Benchmarks/bin/Release/net10.0/MpcSigner.Benchmarks.dll protocols --quick --only ed25519-sign-2of3,ed25519-keygen-2of3; then
    broken+=("MpcSigner.Benchmarks")
  fi
fi

step "result after $((SECONDS - started)) s of tests"
if [ ${#broken[@]} != 0 ]; then
  say "did not finish or ran nothing: ${broken[*]}"
  failed=$((failed + ${#broken[@]}))
fi
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$passed" -gt 0 ]
