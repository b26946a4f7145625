#!/usr/bin/env bash
# The main job, from an empty machine: three signer nodes make keys together and sign a real transaction.
#
#   bash config/demo.sh [TRANSFER.json] [--dir DIR] [--reset] [--keep] [--hsm]
#
# Then one Ed25519 key's accounts, a Taproot signature, an Ethereum transfer, 500 keys at once, and rotation under load:
# a key is refreshed, a node lost and recovered, 2-of-3 becomes 3-of-5, while signing goes on.
#
#   TRANSFER.json  destination, lamports and blockhash of a Solana transfer (default: config/solana-transfer.json)
#   --dir DIR      where the development cluster is made (default: dev-cluster); never overwritten
#   --reset        deletes a cluster that is there, with all its keys, and begins anew
#   --hsm          each node's shares and identity under keys in a token of SoftHSM2, which it makes in DIR/tokens
#   --keep         leaves the nodes running and prints how to go on
#
# Exit code 0 only if every certificate and every signature verified.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/config/install.sh"

transfer=$root/config/solana-transfer.json
denied=$root/config/solana-transfer-denied.json
dir=dev-cluster reset="" keep="" hsm=""
while [ $# -gt 0 ]; do
  case $1 in
    --dir) [ $# -ge 2 ] || fail "--dir needs a folder"; dir=$2; shift ;;
    --reset) reset=--reset ;;
    --keep) keep=yes ;;
    --hsm) hsm=--hsm ;;
    -h|--help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) say "unknown option $1; see --help" >&2; exit 2 ;;
    *) transfer=$1 ;;
  esac
  shift
done
[ -f "$transfer" ] || { say "there is no file $transfer" >&2; exit 2; }

step "checking what this machine has"
need_runtime
[ -z "$hsm" ] || need_packages softhsm2
build "$root" "$root/src/MpcSigner.Node/MpcSigner.Node.csproj"
build "$root" "$root/src/MpcSigner.Cli/MpcSigner.Cli.csproj"

mpcsigner() { dotnet "$root/src/MpcSigner.Cli/bin/Release/net10.0/mpcsigner.dll" "$@"; }
export MPCSIGNER_DIR=$dir
began=$SECONDS work=$(mktemp -d) started="" load=""
certificates=0 signatures=0

finish() {
  local code=$?
  [ -z "$load" ] || { kill "$load" 2>/dev/null && wait "$load" 2>/dev/null; } || true # how the load ended is not how the demo did
  rm -rf "$work"
  if [ -n "$started" ] && { [ "$code" != 0 ] || [ -z "$keep" ]; }; then
    mpcsigner cluster stop >/dev/null 2>&1 || say "the nodes could not be stopped: mpcsigner cluster stop --dir $dir" >&2
  fi
  [ "$code" = 0 ] || printf '\nThe demo failed (code %s). Logs of the nodes: %s/nodes/*/node.log\n' "$code" "$dir" >&2
}
trap finish EXIT
trap 'exit 130' INT TERM

# json NAME FILE: a field of the CLI's answer (one field a line).
json() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$2" | head -n 1; }
# signers FILE: the names in the list of that answer.
signers() { sed -n '/"signers": \[/,/\]/p' "$1" | sed -n 's/^ *"\([a-z0-9-]*\)",\{0,1\}$/\1/p' | paste -sd ' ' -; }

# sign ARGS...: the CLI exits with 0 only if the signature verified.
sign() {
  mpcsigner sign --output json "$@" >"$work/signed.json" || fail "no verified signature (exit code $?)"
  [ "$(json verified "$work/signed.json")" = true ] || fail "the CLI did not report a verified signature"
  signatures=$((signatures + 1))
}
# told: by whom, and how long it took.
told() { say "signed by           $(signers "$work/signed.json"), verified in $(json milliseconds "$work/signed.json") ms"; }

# sign_with ARGS...: signs the Solana transfer.
sign_with() {
  sign --key "$key" --solana-transfer "$transfer" "$@"
  say "signature           $(json signature_base58 "$work/signed.json")"
  told
}

# make_key ARGS...: one key that any two of three nodes sign with, described in key.json.
make_key() {
  mpcsigner key create --threshold 2 --nodes 3 --output json "$@" >"$work/key.json" || fail "no key (exit code $?)"
  certificates=$((certificates + $(json verified "$work/key.json")))
}

step "1. a development cluster in $dir: authority, three nodes, a client, roster and policy"
# The development policy pays known destinations only: a transfer of one's own brings its destination along.
destination=$(sed -n 's/.*"destination" *: *"\([1-9A-HJ-NP-Za-km-z]*\)".*/\1/p' "$transfer" | head -n 1)
cp "$root/config/cluster/policy.yaml" "$work/policy.yaml"
if [ -n "$destination" ] && ! grep -q -- "- $destination\$" "$work/policy.yaml"; then
  sed -i "s/^  demo-destinations:\$/&\n    - $destination/" "$work/policy.yaml"
fi
mpcsigner cluster init --dir "$dir" --nodes 3 --policy "$work/policy.yaml" $hsm $reset || exit $?

step "2. three signer nodes, three processes"
started=yes
mpcsigner cluster start
mpcsigner cluster status

step "3. one Ed25519 key, any two of three nodes sign"
make_key --label demo
key=$(json id "$work/key.json") before=$(json public_key "$work/key.json")
say "key                 $key"
say "public key          $before"
say "Solana address      $(json solana_address "$work/key.json")"
say "commit certificate  verified: all three nodes signed the key's record for this very request"

step "4. a Solana transfer, signed"
tr -d '\n' <"$transfer" | sed 's/  */ /g'; echo
sign_with
say "signed transaction  $(json signed_transaction "$work/signed.json")"

say ""
say "and one that the policy denies:"
code=0
mpcsigner sign --key "$key" --solana-transfer "$denied" 2>"$work/denied.txt" || code=$?
sed 's/^/    /' "$work/denied.txt"
[ "$code" = 1 ] && grep -q '^POLICY_DENIED' "$work/denied.txt" || fail "a transfer outside the policy was not denied (exit code $code)"

step "5. one node is killed"
mpcsigner cluster stop --node node-2 --kill
sign_with
say "and started again:"
mpcsigner cluster start --node node-2
sign_with --via node-2
case " $(signers "$work/signed.json") " in
  *" node-2 "*) say "node-2 has rejoined and signs" ;;
  *) fail "node-2 did not take part after its restart" ;;
esac

step "6. accounts of one key: each derivation path has its own, and signs with its own"
mpcsigner address --key "$key" --chain solana --path 0/0 --count 3
sign_with --path 0/1
say "paid from           m/0/1 of the key"

step "7. a Bitcoin Taproot key signs a digest (BIP-340, under the output key of BIP-341)"
make_key --suite frost-secp256k1-tr --allow-raw --label raw-taproot
taproot=$(json id "$work/key.json")
say "key                 $taproot"
say "output key          $(json output_key "$work/key.json")"
say "Bitcoin address     $(json bitcoin_address "$work/key.json")"
digest=$(printf 'what a Taproot input commits to' | sha256sum | cut -c 1-64)
sign --key "$taproot" --digest "$digest"
say "digest              $digest"
say "signature           $(json signature "$work/signed.json")"
[ "$(json public_key "$work/signed.json")" = "$(json output_key "$work/key.json")" ] || fail "the signature is under another key than the address"
told

step "8. an ECDSA key has an account on Ethereum and signs an EIP-1559 transfer"
make_key --suite ecdsa-secp256k1 --label ethereum
ethereum=$(json id "$work/key.json")
account=$(json ethereum_address "$work/key.json")
say "key                 $ethereum"
say "Ethereum address    $account"
say "extended key        $(mpcsigner key xpub --key "$ethereum")"
tr -d '\n' <"$root/config/evm-transfer.json" | sed 's/  */ /g'; echo
sign --key "$ethereum" --evm-transfer "$root/config/evm-transfer.json"
say "signed transaction  $(json signed_transaction "$work/signed.json")"
say "transaction hash    $(json transaction_id "$work/signed.json")"
[ "$(json sender "$work/signed.json")" = "$account" ] || fail "the sender is not the key's account"
say "sender              $account, recovered from the signature"
told

step "9. 500 keys in one batch"
mpcsigner key create --threshold 2 --nodes 3 --count 500 --label wallet --output json >"$work/batch.json" || fail "no batch (exit code $?)"
[ "$(json verified "$work/batch.json")" = 500 ] || fail "not all 500 keys were verified"
certificates=$((certificates + 500))
say "500 keys made and verified in $(json seconds "$work/batch.json") s"

step "10. 50 signatures a second while the key is refreshed, node-3 destroyed and recovered, and 2-of-3 becomes 3-of-5"
# A token stands beside the node's machine, not on its disk.
node_program() { SOFTHSM2_CONF=$(cd "$dir" && pwd)/tokens/node-3/softhsm2.conf dotnet "$root/src/MpcSigner.Node/bin/Release/net10.0/mpcsigner-node.dll" "$@"; }
# attended WHAT COMMAND...: runs it with its own words kept for a failure, and tells how long it took.
attended() {
  local what=$1 at=$SECONDS
  shift
  "$@" >"$work/attended.txt" 2>&1 || { local code=$?; sed 's/^/    /' "$work/attended.txt" >&2; fail "$what (exit code $code)"; }
  say "$what: $((SECONDS - at)) s"
}
# exec: what is ended early must be the program itself, not a shell around it.
(exec dotnet "$root/src/MpcSigner.Cli/bin/Release/net10.0/mpcsigner.dll" bench sign --key "$key" --rate 50 --solana-transfer "$transfer" --until "$work/enough" --output json >"$work/load.json" 2>"$work/load.err") &
load=$!
attended "key refreshed" mpcsigner key refresh --key "$key" --wait
node3=$dir/nodes/node-3
# What an operator keeps offline of a node: its identity and TLS key, its options and passphrase (with --hsm the token and its PIN); never its database.
mkdir "$work/offline"
own=("$node3/node.yaml")
[ -n "$hsm" ] || own+=("$node3/passphrase")
cp "${own[@]}" "$node3/data/identity.sealed" "$node3/data/tls.key" "$node3/data/tls.crt" "$work/offline/"
attended "node-3 killed" mpcsigner cluster stop --node node-3 --kill
rm -rf "$node3"
say "its folder deleted, with every share it held"
mkdir -p "$node3/data" && chmod 700 "$node3" "$node3/data"
for file in "${own[@]}"; do cp "$work/offline/${file##*/}" "$node3/"; done
cp "$work/offline/identity.sealed" "$work/offline/tls.key" "$work/offline/tls.crt" "$node3/data/"
attended "node-3 made anew from its identity" node_program store restored --config "$node3/node.yaml"
attended "node-3 started with an empty store" mpcsigner cluster start --node node-3
attended "shares of node-3 rebuilt by two others, then refreshed" mpcsigner node recover node-3 --key "$key" --wait
for node in node-4 node-5; do
  attended "$node made" mpcsigner cluster add-node "$node"
  attended "$node in the roster, started" mpcsigner node add "$node"
done
attended "2-of-3 became 3-of-5" mpcsigner key reshare --key "$key" --threshold 3 --nodes node-1,node-2,node-3,node-4,node-5 --wait
touch "$work/enough"
wait "$load" || { cat "$work/load.err" "$work/load.json" >&2; fail "signing did not go on all the while"; }
load=""
mpcsigner key state --key "$key"
made=$(json signatures "$work/load.json") pause=$(json longest_pause_milliseconds "$work/load.json")
say "signatures          $made made and verified, $(json failures "$work/load.json") failed"
say "longest pause       $pause ms"
[ "$(json public_key_unchanged "$work/load.json")" = true ] && [ "$(json public_key "$work/load.json")" = "$before" ] || fail "the public key is another one"
say "public key          $before, unchanged"
signatures=$((signatures + made))

if [ -z "$keep" ]; then
  step "stopping the nodes"
  mpcsigner cluster stop
  started=""
fi

step "done in $((SECONDS - began)) s after the build"
say "$certificates commit certificates and $signatures signatures verified, 1 transfer denied."
if [ -n "$keep" ]; then
  say ""
  say "The nodes keep running. To use them:"
  say "    alias mpcsigner='dotnet $root/src/MpcSigner.Cli/bin/Release/net10.0/mpcsigner.dll'"
  say "    export MPCSIGNER_DIR=$(cd "$dir" && pwd)"
  say "    mpcsigner cluster status"
  say "    mpcsigner key list"
  say "    mpcsigner sign --key $key --solana-transfer $transfer"
  say "    mpcsigner cluster stop"
fi
