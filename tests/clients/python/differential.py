"""Random transactions of every type: py-algorand-sdk's bytes are kmd's bytes.

The daemon is named by KMD_ADDRESS and KMD_TOKEN; TEST_TRANSACTIONS says how
many, 2,000 unless said otherwise. The same ones each time: the seed is fixed.
Half of them are sent with their keys in another order. What kmd signed goes to
the file KMD_TRANSACTIONS, for the JavaScript client to make the same of it.
"""

import base64
import collections
import json
import os
import random
import sys
import urllib.request
import warnings

import msgpack
from algosdk import account, encoding, transaction as t
from algosdk.kmd import KMDClient
from nacl.signing import SigningKey

ADDRESS = os.environ["KMD_ADDRESS"]
TOKEN = os.environ["KMD_TOKEN"]
COUNT = int(os.environ.get("TEST_TRANSACTIONS", "2000"))
BATCH = 500
SEED = 20261124

# The SDK would rather have a signer sign.
warnings.simplefilter("ignore", DeprecationWarning)

rng = random.Random(SEED)
PAIR = SigningKey(rng.randbytes(32))
# Seed and public half.
KEY = base64.b64encode(bytes(PAIR) + bytes(PAIR.verify_key)).decode()
SIGNER = account.address_from_private_key(KEY)


def main():
    handle = open_wallet()
    equal, kinds = 0, collections.Counter()
    with open(os.environ["KMD_TRANSACTIONS"], "w") as out:
        for start in range(0, COUNT, BATCH):
            made = [make() for _ in range(min(BATCH, COUNT - start))]
            signed = sign(handle, [sent(transaction) for transaction in made])
            for transaction, ours in zip(made, signed, strict=True):
                unsigned, theirs = encoded(transaction), encoding.msgpack_encode(transaction.sign(KEY))
                if ours != theirs:
                    print(f"not ok - python: {type(transaction).__name__}\n  {unsigned}\n  {theirs}\n  {ours}")
                    continue
                equal += 1
                kinds[transaction.type] += 1
                out.write(f"{unsigned} {ours} {KEY}\n")
    print(f"ok - python: {equal} random transactions are signed to equal bytes: {dict(kinds)}")
    whole = equal == COUNT and set(kinds) == {"pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"}
    print(f"{int(whole)} passed, {int(not whole)} failed")
    return int(not whole)


def open_wallet():
    kmd = KMDClient(TOKEN, ADDRESS)
    wallet = kmd.create_wallet("python differential", "")["id"]
    handle = kmd.init_wallet_handle(wallet, "")
    kmd.import_key(handle, KEY)
    return handle


def sign(handle, transactions):
    public_key = base64.b64encode(encoding.decode_address(SIGNER)).decode()
    items = [{"transaction": transaction, "public_key": public_key} for transaction in transactions]
    body = {"transactions": items, "wallet_handle_token": handle, "wallet_password": "", "partial_group": True}
    request = urllib.request.Request(f"{ADDRESS}/v2/transactions/sign", json.dumps(body).encode())
    request.add_header("X-KMD-API-Token", TOKEN)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["signed_transactions"]


def encoded(transaction):
    return encoding.msgpack_encode(transaction)


def sent(transaction):
    """The transaction, or the same in another order of its keys."""
    text = encoded(transaction)
    if rng.random() < 0.5:
        return text
    decoded = msgpack.unpackb(base64.b64decode(text), strict_map_key=False)
    return base64.b64encode(msgpack.packb(shuffled(decoded))).decode()


def shuffled(value):
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(item)) for key, item in value.items()]
    rng.shuffle(items)
    return dict(items)


# What transactions are made of


def number(most=2**64 - 1):
    """Numbers of every length, so that every width of integer occurs."""
    return rng.getrandbits(rng.randint(1, most.bit_length())) % (most + 1)


def some(make, *arguments):
    return make(*arguments) if rng.random() < 0.5 else None


def address():
    return encoding.encode_address(rng.randbytes(32))


def text(most):
    letters = "abcXYZ 09-_äß日🔑"
    made = "".join(rng.choice(letters) for _ in range(rng.randint(1, most)))
    return made.encode()[:most].decode("utf-8", "ignore") or "x"


def blob(most, least=1):
    return rng.randbytes(rng.randint(least, most))


def many(make, most):
    return [make() for _ in range(rng.randint(0, most))]


def params():
    first = number(2**50)
    sp = t.SuggestedParams(number(2**40), first, first + rng.randint(0, 1000),
        base64.b64encode(rng.randbytes(32)).decode(), gen=some(text, 30), flat_fee=True)
    return sp


def common():
    return {"note": some(blob, 1024), "lease": some(rng.randbytes, 32), "rekey_to": some(address)}


def sender():
    return SIGNER if rng.random() < 0.5 else address()


# The types


def make():
    kinds = [payment, key_registration, asset_config, asset_transfer, asset_freeze, application, state_proof, heartbeat]
    transaction = rng.choice(kinds)()
    if rng.random() < 0.2:
        transaction.group = rng.randbytes(32)
    return transaction


def payment():
    return t.PaymentTxn(sender(), params(), address(), number(), some(address), **common())


def key_registration():
    kind = rng.randrange(3)
    if kind == 0:
        return t.KeyregOfflineTxn(sender(), params(), **common())
    if kind == 1:
        return t.KeyregNonparticipatingTxn(sender(), params(), **common())
    first = 1 + number(2**50)
    return t.KeyregOnlineTxn(sender(), params(), b64(32), b64(32), first, first + 1 + number(2**30),
        1 + number(2**20), sprfkey=b64(64), **common())


def b64(length):
    return base64.b64encode(rng.randbytes(length)).decode()


def asset_config():
    kind = rng.randrange(3)
    roles = {"manager": some(address), "reserve": some(address), "freeze": some(address), "clawback": some(address)}
    if kind == 0:
        return t.AssetDestroyTxn(sender(), params(), 1 + number(2**60), **common())
    if kind == 1:
        return t.AssetConfigTxn(sender(), params(), index=1 + number(2**60), strict_empty_address_check=False,
            **roles, **common())
    return t.AssetConfigTxn(sender(), params(), total=1 + number(2**64 - 2), decimals=rng.randint(0, 19),
        default_frozen=rng.random() < 0.5, unit_name=some(text, 8), asset_name=some(text, 32), url=some(text, 96),
        metadata_hash=some(rng.randbytes, 32), strict_empty_address_check=False, **roles, **common())


def asset_transfer():
    return t.AssetTransferTxn(sender(), params(), address(), number(), 1 + number(2**60), some(address), some(address),
        **common())


def asset_freeze():
    return t.AssetFreezeTxn(sender(), params(), 1 + number(2**60), address(), rng.random() < 0.5, **common())


def application():
    index = rng.choice([0, 1 + number(2**60)])
    programs = index == 0 or rng.random() < 0.3
    schema = lambda: t.StateSchema(number(64), number(64))
    listed = {
        "accounts": many(address, 4),
        "foreign_apps": many(lambda: 1 + number(2**60), 4),
        "foreign_assets": many(lambda: 1 + number(2**60), 4),
    }
    apps = [0] + listed["foreign_apps"]
    return t.ApplicationCallTxn(sender(), params(), index, rng.choice(list(t.OnComplete)),
        local_schema=schema() if index == 0 else None, global_schema=schema() if index == 0 else None,
        approval_program=blob(2048) if programs else None, clear_program=blob(100) if programs else None,
        app_args=many(lambda: blob(100), 16), extra_pages=rng.randint(0, 3) if index == 0 else 0,
        boxes=[(rng.choice(apps), blob(64)) for _ in range(rng.randint(0, 4))],
        reject_version=some(lambda: 1 + number(2**30)), **listed, **common())


def heartbeat():
    proof = {"p": rng.randbytes(32), "p1s": rng.randbytes(64), "p2": rng.randbytes(32), "p2s": rng.randbytes(64),
        "s": rng.randbytes(64)}
    return t.HeartbeatTxn(sender(), params(), address(), proof, rng.randbytes(32), rng.randbytes(32),
        1 + number(2**30), **common())


def tree():
    return {"hsh": {"t": 1}, "pth": [rng.randbytes(64) for _ in range(rng.randint(1, 4))], "td": rng.randint(1, 20)}


def reveal():
    signature = {"idx": 1 + number(2**40), "prf": tree(), "sig": rng.randbytes(1230), "vkey": {"k": rng.randbytes(1793)}}
    participant = {"p": {"cmt": rng.randbytes(64), "lf": 256}, "w": 1 + number(2**50)}
    return {"p": participant, "s": {"l": 1 + number(2**50), "s": signature}}


def state_proof():
    positions = sorted({number(1000) for _ in range(rng.randint(1, 2))})
    proof = {"P": tree(), "S": tree(), "c": rng.randbytes(64), "pr": positions,
        "r": {position: reveal() for position in positions}, "v": 1, "w": 1 + number(2**50)}
    message = {"P": 1 + number(2**40), "b": rng.randbytes(32), "f": 1 + number(2**40), "l": 1 + number(2**40),
        "v": rng.randbytes(64)}
    return t.StateProofTxn(sender(), params(), proof, message, 0)


sys.exit(main())
