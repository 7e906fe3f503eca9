"""Every kmd method of py-algorand-sdk, against a running daemon.

The daemon is named by KMD_ADDRESS and KMD_TOKEN. Signatures are checked with
PyNaCl, derived keys with an HKDF written out here: nothing the daemon says is
taken on its word. The last line counts what passed.
"""

import base64
import functools
import hashlib
import hmac
import inspect
import json
import os
import sys
import traceback

from algosdk import encoding, mnemonic, transaction
from algosdk.account import address_from_private_key
from algosdk.error import KMDHTTPError
from algosdk.kmd import KMDClient
from algosdk.transaction import Multisig, MultisigTransaction
from algosdk.wallet import Wallet
from nacl.signing import SigningKey, VerifyKey

ADDRESS = os.environ["KMD_ADDRESS"]
TOKEN = os.environ["KMD_TOKEN"]
PASSWORD = "pässwörd 🔑"
GENESIS_HASH = base64.b64encode(hashlib.sha256(b"a network of our own").digest()).decode()

TESTS = []
CALLED = set()


def test(function):
    TESTS.append(function)
    return function


def main():
    watch(KMDClient)
    watch(Wallet)
    failed = 0
    for function in TESTS:
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok - python: {name}")
        except Exception as error:
            failed += 1
            print(f"not ok - python: {name}")
            traceback.print_exception(error, chain=False, file=sys.stdout)
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


# Wallets and sessions


@test
def versions():
    assert "v1" in client().versions()


@test
def create_list_and_show_a_wallet():
    kmd = client()
    wallet = kmd.create_wallet("python show", PASSWORD)
    assert wallet["name"] == "python show"
    assert wallet["driver_name"] == "sqlite"
    assert wallet in kmd.list_wallets()
    handle = kmd.init_wallet_handle(wallet["id"], PASSWORD)
    shown = kmd.get_wallet(handle)
    assert shown["wallet"] == wallet
    assert 0 < shown["expires_seconds"] <= 300


@test
def renew_and_release_a_handle():
    kmd, handle, wallet_id = open_wallet("python session")
    renewed = kmd.renew_wallet_handle(handle)
    assert renewed["wallet"]["id"] == wallet_id
    assert kmd.release_wallet_handle(handle)
    fails("handle does not exist", kmd.renew_wallet_handle, handle)
    fails("handle does not exist", kmd.list_keys, handle)


@test
def two_handles_of_a_wallet_are_independent():
    kmd, first, wallet_id = open_wallet("python two handles")
    second = kmd.init_wallet_handle(wallet_id, PASSWORD)
    assert first != second
    address = kmd.generate_key(first)
    assert kmd.release_wallet_handle(first)
    assert kmd.list_keys(second) == [address]


@test
def rename_a_wallet_and_use_its_old_name_again():
    kmd, _, wallet_id = open_wallet("python old name")
    renamed = kmd.rename_wallet(wallet_id, PASSWORD, "python new name ✓")
    assert renamed["name"] == "python new name ✓"
    assert renamed["id"] == wallet_id
    assert kmd.create_wallet("python old name", PASSWORD)["id"] != wallet_id
    fails("wallet with same name already exists",
          kmd.rename_wallet, wallet_id, PASSWORD, "python old name")
    fails("error decrypting. wrong password?",
          kmd.rename_wallet, wallet_id, "wrong", "python other")


@test
def a_blank_password_opens_and_signs():
    kmd, handle, _ = open_wallet("python blank", password="")
    address = kmd.generate_key(handle)
    signed = kmd.sign_transaction(handle, "", payment(address))
    check_signature(signed.signature, signed.transaction, address)
    fails("error decrypting. wrong password?",
          kmd.sign_transaction, handle, "x", payment(address))


@test
def errors_carry_the_daemons_words():
    kmd = client()
    wallet = kmd.create_wallet("python errors", PASSWORD)
    fails("wallet with same name already exists", kmd.create_wallet, "python errors", "")
    fails("unknown wallet driver", kmd.create_wallet, "python driver", "", driver_name="none")
    fails("wallet name too long, must be <= 64 bytes", kmd.create_wallet, "n" * 65, "")
    fails("wallet not found", kmd.init_wallet_handle, "no such id", PASSWORD)
    fails("error decrypting. wrong password?", kmd.init_wallet_handle, wallet["id"], "wrong")
    fails("wrong number of token parts", kmd.list_keys, "x")
    fails("invalid wallet handle id", kmd.list_keys, "x.y")
    fails("invalid API token", KMDClient("0" * 64, ADDRESS).list_wallets)


# Keys


@test
def generated_keys_follow_from_the_master_derivation_key():
    kmd, handle, _ = open_wallet("python derivation")
    master_key = kmd.export_master_derivation_key(handle, PASSWORD)
    generated = [kmd.generate_key(handle, False) for _ in range(3)]
    assert generated == [derived_address(master_key, i) for i in (1, 2, 3)]
    listed = kmd.list_keys(handle)
    assert listed == sorted(generated, key=encoding.decode_address)
    fails("error decrypting. wrong password?", kmd.export_master_derivation_key, handle, "wrong")


@test
def a_wallet_is_recovered_from_its_master_derivation_key():
    kmd, handle, _ = open_wallet("python lost")
    addresses = [kmd.generate_key(handle) for _ in range(3)]
    words = mnemonic.from_master_derivation_key(kmd.export_master_derivation_key(handle, PASSWORD))
    recovered = kmd.create_wallet(
        "python recovered", "another password",
        master_deriv_key=mnemonic.to_master_derivation_key(words))
    handle = kmd.init_wallet_handle(recovered["id"], "another password")
    assert kmd.list_keys(handle) == []
    assert [kmd.generate_key(handle) for _ in range(3)] == addresses


@test
def import_and_export_a_key():
    kmd, handle, _ = open_wallet("python import")
    private_key, address = account("imported")
    assert kmd.import_key(handle, private_key) == address
    assert kmd.export_key(handle, PASSWORD, address) == private_key
    fails("key already exists in wallet", kmd.import_key, handle, private_key)
    fails("error decrypting. wrong password?", kmd.export_key, handle, "wrong", address)
    fails("key does not exist in this wallet",
          kmd.export_key, handle, PASSWORD, account("elsewhere")[1])
    fails("could not decode address", kmd.export_key, handle, PASSWORD, address[:-1])


@test
def an_exported_generated_key_belongs_to_its_address():
    kmd, handle, _ = open_wallet("python export")
    address = kmd.generate_key(handle)
    assert address_from_private_key(kmd.export_key(handle, PASSWORD, address)) == address


@test
def a_deleted_key_is_gone_and_its_index_is_not_used_again():
    kmd, handle, _ = open_wallet("python delete")
    first = kmd.generate_key(handle)
    fails("error decrypting. wrong password?", kmd.delete_key, handle, "wrong", first)
    assert kmd.delete_key(handle, PASSWORD, first)
    assert kmd.list_keys(handle) == []
    assert kmd.generate_key(handle) != first
    fails("key does not exist in this wallet",
          kmd.sign_transaction, handle, PASSWORD, payment(first))


# Signing


@test
def sign_a_payment():
    kmd, handle, _ = open_wallet("python payment")
    address = kmd.generate_key(handle)
    txn = payment(address, note="ünïcode 🔑".encode())
    signed = kmd.sign_transaction(handle, PASSWORD, txn)
    assert signed.transaction == txn
    assert signed.get_txid() == txn.get_txid()
    assert signed.authorizing_address is None
    check_signature(signed.signature, txn, address)
    fails("error decrypting. wrong password?", kmd.sign_transaction, handle, "wrong", txn)
    fails("key does not exist in this wallet",
          kmd.sign_transaction, handle, PASSWORD, payment(account("elsewhere")[1]))


@test
def sign_every_type_of_transaction():
    kmd, handle, _ = open_wallet("python types")
    address = kmd.generate_key(handle)
    for txn in every_type(address):
        signed = kmd.sign_transaction(handle, PASSWORD, txn)
        assert signed.transaction == txn, txn.type
        check_signature(signed.signature, txn, address)


@test
def sign_a_group():
    kmd, handle, _ = open_wallet("python group")
    address = kmd.generate_key(handle)
    group = transaction.assign_group_id([payment(address, amount=n) for n in (1, 2)])
    for txn in group:
        signed = kmd.sign_transaction(handle, PASSWORD, txn)
        assert signed.transaction.group == txn.group
        check_signature(signed.signature, txn, address)


@test
def sign_for_a_rekeyed_sender_by_the_address_of_its_new_key():
    kmd, handle, _ = open_wallet("python rekeyed")
    signer = kmd.generate_key(handle)
    _, sender = account("rekeyed sender")
    txn = payment(sender)
    signed = kmd.sign_transaction(handle, PASSWORD, txn, signing_address=signer)
    assert signed.authorizing_address == signer
    assert signed.transaction == txn
    check_signature(signed.signature, txn, signer)
    fails("key does not exist in this wallet", kmd.sign_transaction,
          handle, PASSWORD, txn, signing_address=account("elsewhere")[1])


@test
def signing_address_of_the_sender_adds_nothing():
    kmd, handle, _ = open_wallet("python signing address")
    sender = kmd.generate_key(handle)
    signed = kmd.sign_transaction(handle, PASSWORD, payment(sender), signing_address=sender)
    assert signed.authorizing_address is None
    check_signature(signed.signature, signed.transaction, sender)


# Multisig


@test
def import_export_list_and_delete_a_multisig():
    kmd, handle, _ = open_wallet("python multisig")
    assert kmd.list_multisig(handle) == []
    msig = multisig_of(*(account(f"member {n}")[1] for n in range(3)))
    assert kmd.import_multisig(handle, msig) == msig.address()
    assert kmd.list_multisig(handle) == [msig.address()]
    assert kmd.export_multisig(handle, msig.address()) == msig
    fails("key already exists in wallet", kmd.import_multisig, handle, msig)
    fails("error decrypting. wrong password?",
          kmd.delete_multisig, handle, "wrong", msig.address())
    assert kmd.delete_multisig(handle, PASSWORD, msig.address())
    assert kmd.list_multisig(handle) == []
    fails("multisig information (pks, threshold) for address does not exist in this wallet",
          kmd.export_multisig, handle, msig.address())


@test
def two_members_sign_a_multisig_payment():
    kmd, handle, _ = open_wallet("python multisig sign")
    members = [kmd.generate_key(handle), account("absent member")[1], kmd.generate_key(handle)]
    msig = multisig_of(*members)
    kmd.import_multisig(handle, msig)
    mtx = MultisigTransaction(payment(msig.address()), msig)
    fails("error decrypting. wrong password?",
          kmd.sign_multisig_transaction, handle, "wrong", members[0], mtx)
    fails("key does not exist in this wallet",
          kmd.sign_multisig_transaction, handle, PASSWORD, members[1], mtx)
    for member in (members[0], members[2]):
        mtx = kmd.sign_multisig_transaction(handle, PASSWORD, member, mtx)
    assert mtx.multisig.address() == msig.address()
    assert mtx.multisig.verify(signed_bytes(mtx.transaction))
    for index in (0, 2):
        check_raw(mtx.multisig.subsigs[index].signature, mtx.transaction, members[index])
    assert mtx.multisig.subsigs[1].signature is None


@test
def members_in_two_wallets_sign_apart_and_merge():
    kmd, first_handle, _ = open_wallet("python member one")
    _, second_handle, _ = open_wallet("python member two")
    handles = (first_handle, second_handle)
    members = [kmd.generate_key(handle) for handle in handles]
    msig = multisig_of(*members)
    txn = payment(msig.address())
    parts = []
    for handle, member in zip(handles, members):
        part = MultisigTransaction(txn, msig.get_multisig_account())
        parts.append(kmd.sign_multisig_transaction(handle, PASSWORD, member, part))
    for order in (parts, parts[::-1]):
        merged = MultisigTransaction.merge(order)
        assert merged.multisig.verify(signed_bytes(txn))


@test
def a_multisig_signs_for_a_sender_rekeyed_to_it():
    kmd, handle, _ = open_wallet("python multisig rekeyed")
    members = [kmd.generate_key(handle), kmd.generate_key(handle)]
    msig = multisig_of(*members)
    kmd.import_multisig(handle, msig)
    mtx = MultisigTransaction(payment(account("rekeyed sender")[1]), msig)
    assert mtx.auth_addr == msig.address()
    for member in members:
        mtx = kmd.sign_multisig_transaction(handle, PASSWORD, member, mtx)
    assert mtx.multisig.verify(signed_bytes(mtx.transaction))


# algosdk.wallet.Wallet, which wraps the client and keeps the handle alive


@test
def a_wallet_object_does_it_all():
    wallet = Wallet("python object", PASSWORD, client())
    assert wallet.info()["wallet"]["name"] == "python object"

    generated = wallet.generate_key()
    private_key, imported = account("imported into an object")
    assert wallet.import_key(private_key) == imported
    assert wallet.export_key(imported) == private_key
    assert wallet.list_keys() == sorted([generated, imported], key=encoding.decode_address)

    signed = wallet.sign_transaction(payment(generated))
    check_signature(signed.signature, signed.transaction, generated)

    msig = multisig_of(generated, imported)
    assert wallet.import_multisig(msig) == msig.address()
    assert wallet.list_multisig() == [msig.address()]
    assert wallet.export_multisig(msig.address()) == msig
    mtx = MultisigTransaction(payment(msig.address()), msig)
    for member in (generated, imported):
        mtx = wallet.sign_multisig_transaction(member, mtx)
    assert mtx.multisig.verify(signed_bytes(mtx.transaction))
    assert wallet.delete_multisig(msig.address())

    assert wallet.delete_key(imported)
    assert wallet.list_keys() == [generated]


@test
def a_wallet_object_is_renamed_and_found_again():
    wallet = Wallet("python object before", PASSWORD, client())
    address = wallet.generate_key()
    assert wallet.rename("python object after")["name"] == "python object after"
    again = Wallet("python object after", PASSWORD, client())
    assert again.id == wallet.id
    assert again.list_keys() == [address]
    fails("error decrypting. wrong password?", Wallet, "python object after", "wrong", client())


@test
def a_wallet_object_is_recovered_from_its_mnemonic():
    wallet = Wallet("python object lost", PASSWORD, client())
    addresses = [wallet.generate_key(), wallet.generate_key(False)]
    master_key = mnemonic.to_master_derivation_key(wallet.get_mnemonic())
    assert master_key == wallet.export_master_derivation_key()
    recovered = Wallet("python object recovered", "", client(), mdk=master_key)
    assert [recovered.generate_key(), recovered.generate_key()] == addresses


@test
def a_wallet_object_renews_or_reopens_its_handle():
    wallet = Wallet("python object handle", PASSWORD, client())
    first = wallet.handle
    assert wallet.renew_handle()["wallet"]["id"] == wallet.id
    assert wallet.automate_handle() and wallet.handle == first
    assert wallet.release_handle() and wallet.handle is None
    assert wallet.list_keys() == []
    assert wallet.handle != first
    assert wallet.init_handle()


@test
def every_kmd_method_of_the_sdk_was_called():
    missing = public_methods(KMDClient) | public_methods(Wallet)
    missing -= CALLED
    assert not missing, f"never called: {sorted(missing)}"


# Helpers


def watch(cls):
    """Notes which methods of an SDK class are called."""
    def noting(name, method):
        @functools.wraps(method)
        def call(*args, **kwargs):
            CALLED.add(name)
            return method(*args, **kwargs)
        return call

    for name in public_methods(cls):
        method = name.split(".")[1]
        setattr(cls, method, noting(name, getattr(cls, method)))


def public_methods(cls):
    members = inspect.getmembers(cls, inspect.isfunction)
    return {f"{cls.__name__}.{name}" for name, _ in members if not name.startswith("_")}


def client():
    return KMDClient(TOKEN, ADDRESS)


def open_wallet(name, password=PASSWORD):
    kmd = client()
    wallet_id = kmd.create_wallet(name, password)["id"]
    return kmd, kmd.init_wallet_handle(wallet_id, password), wallet_id


def fails(message, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except KMDHTTPError as error:
        # The SDK means to raise the message alone, and raises the whole answer.
        answer = json.loads(str(error))
        assert answer == {"error": True, "message": message}, f"{answer} instead of {message!r}"
    else:
        raise AssertionError(f"no error, where {message!r} was due")


def account(label):
    seed = hashlib.sha256(label.encode()).digest()
    public_key = bytes(SigningKey(seed).verify_key)
    return base64.b64encode(seed + public_key).decode(), encoding.encode_address(public_key)


def derived_address(master_key, index):
    info = b"AlgorandDeterministicKey-%d" % index
    key = base64.b64decode(master_key)
    seed = hmac.new(key, info + b"\x01", lambda data=b"": hashlib.new("sha512_256", data)).digest()
    return encoding.encode_address(bytes(SigningKey(seed).verify_key))


def params():
    return transaction.SuggestedParams(1000, 1, 1000, GENESIS_HASH, "ours-v1", flat_fee=True)


def payment(sender, amount=1000, note=None):
    return transaction.PaymentTxn(sender, params(), account("receiver")[1], amount, note=note)


def every_type(sender):
    other = account("receiver")[1]
    key = base64.b64encode(bytes(range(32))).decode()
    return [
        transaction.PaymentTxn(sender, params(), other, 0, close_remainder_to=other,
                               rekey_to=other, lease=bytes(range(32))),
        transaction.KeyregOnlineTxn(sender, params(), key, key, 1, 100, 10,
                                    sprfkey=base64.b64encode(bytes(range(64))).decode()),
        transaction.KeyregOfflineTxn(sender, params()),
        transaction.KeyregNonparticipatingTxn(sender, params()),
        transaction.AssetCreateTxn(sender, params(), 10**18, 6, True, manager=other, reserve=other,
                                   freeze=other, clawback=other, unit_name="ÜNIT",
                                   asset_name="an asset", url="ipfs://x",
                                   metadata_hash=bytes(range(32))),
        transaction.AssetDestroyTxn(sender, params(), 7),
        transaction.AssetTransferTxn(sender, params(), other, 5, 2**63 + 1, close_assets_to=other,
                                     revocation_target=other),
        transaction.AssetFreezeTxn(sender, params(), 7, other, True),
        transaction.ApplicationCreateTxn(
            sender, params(), transaction.OnComplete.NoOpOC, b"\x0a\x81\x01", b"\x0a\x81\x01",
            transaction.StateSchema(1, 2), transaction.StateSchema(3, 4), app_args=[b"arg", 9],
            accounts=[other], foreign_apps=[12], foreign_assets=[13], extra_pages=1,
            boxes=[(0, b"box"), (12, b"other box")]),
        transaction.ApplicationDeleteTxn(sender, params(), 12),
    ]


def multisig_of(*members):
    return Multisig(1, 2, list(members))


def signed_bytes(txn):
    return b"TX" + base64.b64decode(encoding.msgpack_encode(txn))


def check_signature(signature, txn, address):
    check_raw(base64.b64decode(signature), txn, address)


def check_raw(signature, txn, address):
    VerifyKey(encoding.decode_address(address)).verify(signed_bytes(txn), signature)


if __name__ == "__main__":
    sys.exit(main())
