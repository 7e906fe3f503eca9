"""Creates a wallet and a key, signs a payment, and checks the signature.

    pip install py-algorand-sdk
    python create_and_sign.py ./kmd-data
"""

import base64
import secrets
import sys
from pathlib import Path

from algosdk import constants, encoding, kmd, transaction
from nacl.signing import VerifyKey

PASSWORD = "correct horse battery staple"
MAINNET = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8="


def main(data_dir):
    client = open_client(Path(data_dir))
    name = "python " + secrets.token_hex(8)
    wallet = client.create_wallet(name, PASSWORD)
    handle = client.init_wallet_handle(wallet["id"], PASSWORD)
    address = client.generate_key(handle)
    print(f'wallet "{name}" ({wallet["id"]}) has the key {address}')

    payment = payment_to_itself(address)
    signed = client.sign_transaction(handle, PASSWORD, payment)
    client.release_wallet_handle(handle)

    check(signed, payment, address)
    print(f"transaction {payment.get_txid()} is signed, and the signature verifies")


def open_client(data_dir):
    """The daemon says in its data directory where it is and what it asks for."""
    address = (data_dir / "kmd.net").read_text()
    token = (data_dir / "kmd.token").read_text().splitlines()[0]
    return kmd.KMDClient(token, f"http://{address}")


def payment_to_itself(address):
    """With a node, `AlgodClient.suggested_params()` gives the second argument."""
    params = transaction.SuggestedParams(fee=1000, first=1, last=1001, gh=MAINNET, flat_fee=True)
    return transaction.PaymentTxn(address, params, address, 1000)


def check(signed, payment, address):
    """By PyNaCl, which comes with the SDK; it raises when the signature is wrong."""
    assert signed.transaction == payment, "another transaction was signed"
    message = constants.txid_prefix + base64.b64decode(encoding.msgpack_encode(payment))
    VerifyKey(encoding.decode_address(address)).verify(message, base64.b64decode(signed.signature))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: create_and_sign.py DATA_DIRECTORY (of a running kmd)")
    main(sys.argv[1])
