#!/usr/bin/env bash
# Runs the tests.
#
#   bash tests/run.sh                 all tiers
#   bash tests/run.sh fast            kernel and architecture
#   bash tests/run.sh node|simulation|fuzz|cluster
# Between processes, and too long for the above:
#   bash tests/run.sh rotation        rotation, with nodes killed at every turn
#   bash tests/run.sh hostile         a node that cheats as it is told, row by row; a selection of it is in the cluster tier
#   bash tests/run.sh crash           nodes killed at each word between them, two processes of one node
#   bash tests/run.sh attacks         ten thousand half-open connections, flooding peers and the like at full size; the cluster tier has them in small
#   bash tests/run.sh hsm             nodes sealed by tokens: their whole life, a late token, a change of seals killed on the way
# The matrix of tampering, edge values and mistakes (tests/Matrix):
#   bash tests/run.sh matrix          the tests of every tier that claim a row of it, then tests/MATRIX.md
#   bash tests/run.sh gaps            writes anew which rows no test claims (tests/Matrix/gaps.txt); runs nothing
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
Simulation         simulation     120    480
Fuzz               fuzz            40    180
Cluster.Tests      cluster        450    780
Cluster.Tests      rotation      1200   3600
Cluster.Tests      hostile        700   1800
Cluster.Tests      attacks        300    900
Cluster.Tests      hsm            150    480
Cluster.Tests      crash          240    900
"
# Tiers of the cluster tests that run by their names alone. All others together: under 900 s after the build.
apart="rotation hostile crash attacks hsm"

tier=${1:-full}
case $tier in
  fast|node|simulation|fuzz|cluster|rotation|hostile|crash|attacks|hsm|matrix|gaps|full) ;;
  -h|--help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) say "unknown tier '$tier'; bash tests/run.sh --help lists them" >&2; exit 2 ;;
esac

if [ "$tier" = gaps ]; then
  need_dotnet
  cd "$root"
  exec dotnet run --project tests/MpcSigner.Matrix -c Release -- gaps
fi

step "checking what this machine has"
need_runtime
if [ "$tier" != fast ] && [ "$tier" != fuzz ]; then need_test_tools "$root"; fi

cd "$root"
build "$root"

passed=0 failed=0 skipped=0 broken=() started=$SECONDS logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

count() { sed -n "s/^ *$2: *\([0-9][0-9]*\).*/\1/p" "$1" | tail -n 1; }

is_apart() { case " $apart " in *" $1 "*) ;; *) return 1 ;; esac; }

run_module() {
  local name=$1 budget=$2 limit=$3 log=$logs/$1 code=0 began=$SECONDS took
  local which=()
  if [ "$tier" = matrix ]; then
    which=(--filter-trait 'row=*' --report-xunit --report-xunit-filename "$name.xml" --results-directory "$logs/reports")
  elif [ "$name" = Cluster.Tests ]; then
    if [ "$tier" = hsm ]; then
      which=(--filter-class '*.Hsm.*')
    elif is_apart "$tier"; then
      which=(--filter-trait "tier=$tier")
    else
      local one
      for one in $apart; do which+=(--filter-not-trait "tier=$one"); done
    fi
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
    { grep -A 14 '^failed ' "$log" || true; } | { grep -vE '^ *at (System|Xunit)|^--$' || true; } >>"$logs/failures"
    # A module that ran nothing, or crashed with no failed test to show for it, is a failure of its own.
    if [ "${bad:-0}" = 0 ]; then broken+=("MpcSigner.$name (exit $code, ${total:-no} tests)"); fi
  fi
  say "${ok:-0} passed, ${bad:-0} failed, ${skip:-0} skipped in $took s$([ "$took" -gt "$budget" ] && echo " - OVER ITS BUDGET of $budget s" || true)"
}

# Whether this module is run now. The matrix takes each module once, whatever tiers its tests stand in, and the time of the longest.
is_due() {
  case $tier in
    matrix) [ "$1" != Architecture.Tests ] && [ "$1" != Fuzz ] && { [ "$1" != Cluster.Tests ] || [ "$2" = rotation ]; } ;;
    full) ! is_apart "$2" ;;
    *) [ "$tier" = "$2" ] ;;
  esac
}

while read -r name of budget limit; do
  [ -z "$name" ] && continue
  if is_due "$name" "$of"; then run_module "$name" "$budget" "$limit"; fi
done <<<"$modules"

# What a signature and a key cost, all parties together, so that every run shows a change.
if [ "$tier" = full ] || [ "$tier" = fast ]; then
  step "CPU of one signature and of one key generation, all parties together"
  if ! dotnet benchmarks/MpcSigner.Benchmarks/bin/Release/net10.0/MpcSigner.Benchmarks.dll protocols --quick --only ed25519-sign-2of3,ed25519-keygen-2of3; then
    broken+=("MpcSigner.Benchmarks")
  fi
fi

matrix=tests/MpcSigner.Matrix/bin/Release/net10.0/MpcSigner.Matrix.dll
if [ "$tier" = matrix ]; then
  step "the table"
  dotnet "$matrix" table "$logs"/reports/*.xml || broken+=("MpcSigner.Matrix")
elif [ "$tier" = full ]; then
  step "the matrix: what tampering, edge values and mistakes are owed a test (tests/MATRIX.md)"
  dotnet "$matrix" count || broken+=("MpcSigner.Matrix")
fi

if [ -s "$logs/failures" ]; then
  step "what failed, once more"
  cut -c 1-500 "$logs/failures"
fi
step "result after $((SECONDS - started)) s of tests"
if [ ${#broken[@]} != 0 ]; then
  say "did not finish or ran nothing: ${broken[*]}"
  failed=$((failed + ${#broken[@]}))
fi
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$passed" -gt 0 ]
