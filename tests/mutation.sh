#!/usr/bin/env bash
# Tests the tests: changes one place of a slice of src at a time (dotnet-stryker) and asks whether a test notices. Not part of tests/run.sh.
#
#   bash tests/mutation.sh                   the slices (tests/Mutation/slices.tsv)
#   bash tests/mutation.sh SLICE             runs it
#   bash tests/mutation.sh ONE+OTHER         runs several of one project together: for small ones preparing takes longer than running
#   bash tests/mutation.sh SLICE GLOB...     only the files of its project that match, from the project's folder: '**/Verdict.cs', '**/Finished.cs{120..900}'
#
# Works on a copy of the tree outside the repository, so that changed code never lies beside the real one:
# ${MPCSIGNER_MUTATION:-/tmp/mpcsigner-mutation}/tree, its reports in ../SLICE/reports. What was found, and why a survivor may live: tests/Mutation/README.md.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/config/install.sh"
slices=$root/tests/Mutation/slices.tsv

case ${1:-} in
  '') grep -v '^#' "$slices" | cut -f1; exit 0 ;;
  -h|--help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
slice=$1; shift
project='' changed='' tests=''
for name in ${slice//+/ }; do
  IFS=$'\t' read -r _ of files by < <(grep -P "^\Q$name\E\t" "$slices") || { say "no slice '$name'; they are: $(grep -v '^#' "$slices" | cut -f1 | tr '\n' ' ')" >&2; exit 2; }
  [ -z "$project" ] || [ "$project" = "$of" ] || fail "$name is of $of, not of $project"
  project=$of changed="$changed $files" tests="$tests $by"
done
if [ $# = 0 ]; then set -f; set -- $changed; set +f; fi

need_runtime
work=${MPCSIGNER_MUTATION:-/tmp/mpcsigner-mutation}
tree=$work/tree out=$work/$slice
mkdir -p "$tree" "$work/tmp"
exec 9>"$work/lock"
flock -n 9 || fail "another slice runs in $work; wait, or name another folder by MPCSIGNER_MUTATION"
rm -rf "$out"
cd "$root"

# Built once and kept for the next slice: files keep their times, so that only what changed is built anew.
step "copying the tree to $tree"
find "$tree" -type f -not -path '*/bin/*' -not -path '*/obj/*' -delete
git ls-files -z --cached --others --exclude-standard src tests .config Directory.Build.props Directory.Build.targets Directory.Packages.props global.json \
  | while IFS= read -r -d '' one; do if [ -e "$one" ]; then printf '%s\0' "$one"; fi; done \
  | tar --null --verbatim-files-from --files-from=- -cf - | tar -xf - -C "$tree"
cd "$tree"
# A changed program may well have unreachable code; analyzers have nothing to say of it.
sed -i 's|<TreatWarningsAsErrors>true|<TreatWarningsAsErrors>false|' Directory.Build.props
touch -r "$root/Directory.Build.props" Directory.Build.props
printf '%s\n' -p:RunAnalyzers=false -nodeReuse:false >Directory.Build.rsp
# Stryker cannot choose tests on Microsoft.Testing.Platform: in the copy all others lose the attribute that makes them tests. Their files stay, for what they lend.
host=tests/MpcSigner.Kernel.Tests
chosen=$work/chosen
for one in $tests; do
  compgen -G "$host/$one" || fail "slice $slice: no test matches $one"
done | sort -u >"$chosen"
find "$host" -name '*.cs' -not -path '*/obj/*' | sort | comm -23 - "$chosen" | xargs -d '\n' sed -i 's/\[\(Fact\|Theory\)\]//'
dotnet restore "$host" --verbosity quiet 9>&-

step "slice $slice: $project, $*"
dotnet tool restore --verbosity quiet
arguments=()
set -f
for one in "$@"; do arguments+=(--mutate "$one"); done
set +f
cd "$host"
TMPDIR=$work/tmp nice -n "${MPCSIGNER_NICE:-10}" dotnet stryker --config-file ../Mutation/stryker-config.json --test-runner mtp --project "$project.csproj" --configuration Release \
  --concurrency 1 --skip-version-check --output "$out" "${arguments[@]}" 9>&-
say "reports: $out/reports"
