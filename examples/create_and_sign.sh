#!/usr/bin/env bash
# Creates a wallet and a key, signs a payment, and checks the signature.
#
#     ./create_and_sign.sh ./kmd-data
#
# It wants curl, jq, and kmd itself, which checks the signature without the daemon.
# Bodies go to curl on its standard input, the token from a file: the arguments of
# a program can be seen by every user of the machine.
set -euo pipefail

data=${1:?usage: create_and_sign.sh DATA_DIRECTORY (of a running kmd)}
password='correct horse battery staple'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

main() {
    printf 'X-KMD-API-Token: %s\n' "$(head -n 1 "$data/kmd.token")" >"$work/token"

    local name wallet handle address id
    name="shell $(od -A n -N 8 -t x1 /dev/urandom | tr -d ' ')"
    wallet=$(ask wallet .wallet.id <<<'{"wallet_name": "'"$name"'", "wallet_driver_name": "sqlite", "wallet_password": "'"$password"'"}')
    handle=$(ask wallet/init .wallet_handle_token <<<'{"wallet_id": "'"$wallet"'", "wallet_password": "'"$password"'"}')
    address=$(ask key .address <<<'{"wallet_handle_token": "'"$handle"'"}')
    echo "wallet \"$name\" ($wallet) has the key $address"

    payment_to_itself "$address" >"$work/payment.txn"
    ask transaction/sign .signed_transaction >"$work/base64" <<JSON
{
    "wallet_handle_token": "$handle",
    "wallet_password": "$password",
    "transaction": "$(base64 -w 0 "$work/payment.txn")"
}
JSON
    ask wallet/release . <<<'{"wallet_handle_token": "'"$handle"'"}' >"$work/released"

    base64 -d "$work/base64" >"$work/payment.stxn"
    id=$("${KMD:-kmd}" verify --json "$work/payment.stxn" | jq -r '.transactions[0].id')
    echo "transaction $id is signed, and the signature verifies"
}

# ask PATH FILTER: posts its standard input, and prints what jq finds in the answer.
ask() {
    curl --silent --show-error --fail-with-body --header "@$work/token" --data-binary @- \
        "http://$(cat "$data/kmd.net")/v1/$1" | jq -r "$2"
}

# The msgpack of a transaction: keys in the order of their bytes, nothing that is zero.
payment_to_itself() {
    printf '\x87\xa3amt\xcd\x03\xe8\xa3fee\xcd\x03\xe8\xa2fv\x01\xa2lv\xcd\x03\xe9'
    printf '\xa3rcv\xc4\x20' && public_key "$1"
    printf '\xa3snd\xc4\x20' && public_key "$1"
    printf '\xa4type\xa3pay'
}

# An address is base32 of the 32 bytes of a key and 4 of a checksum.
public_key() {
    base32 -d <<<"$1======" | head -c 32
}

main
