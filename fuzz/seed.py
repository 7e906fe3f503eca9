#!/usr/bin/env python3
"""Writes the first corpus of every fuzz target, made of the golden data: seed.py FOLDER"""

import base64
import gzip
import hashlib
import json
import pathlib
import re
import sqlite3
import struct
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden"
OUT = pathlib.Path(sys.argv[1])

# Longer ones only slow the fuzzer down.
LONGEST = 20_000

# Those of the daemon that the target `http` feeds.
TOKEN = "0123456789abcdef" * 4
HANDLE = "3716db6c90d6d9af.4c9225ec4950114e610e706b03ca48ec768abaeabc43808a8b06056a76bdb728"
ADDRESS = "DUPO22QVAUT5CAXLDKCRD7GQETAVDLLUOMCJE3SHWQ4YKJT2RD5KWKC6BI"
CAPTURED = {"h": HANDLE, "handle": HANDLE}


def write(target, data):
    folder = OUT / target
    folder.mkdir(parents=True, exist_ok=True)
    data = data.encode() if isinstance(data, str) else data
    if len(data) > LONGEST:
        return
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def pack(value):
    """msgpack, as far as bodies need it."""
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case int() if 0 <= value < 128:
            return bytes([value])
        case int() if value < 0:
            return b"\xd3" + struct.pack(">q", value)
        case int() | float():
            return b"\xcf" + struct.pack(">Q", int(value) & (2**64 - 1))
        case bytes():
            return b"\xc6" + struct.pack(">I", len(value)) + value
        case str():
            text = value.encode("utf-8", "replace")
            return (bytes([0xA0 + len(text)]) if len(text) < 32 else b"\xdb" + struct.pack(">I", len(text))) + text
        case list():
            return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))
        case dict():
            head = bytes([0x80 + len(value)]) if len(value) < 16 else b"\xdf" + struct.pack(">I", len(value))
            return head + b"".join(pack(key) + pack(item) for key, item in value.items())


BYTES = {"transaction", "data", "private_key", "master_derivation_key", "public_key", "signer", "pk", "s"}


def with_bytes(value, key=None):
    """Base64 of byte fields as bytes."""
    if isinstance(value, dict):
        return {name: with_bytes(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [with_bytes(item, "public_key" if key == "pks" else key) for item in value]
    if isinstance(value, str) and key in BYTES:
        try:
            return base64.b64decode(value, validate=True)
        except ValueError:
            return value
    return value


def steps():
    for path in sorted((GOLDEN / "transcripts").glob("*.json")):
        transcript = json.loads(path.read_text())
        if transcript.get("config"):
            write("config", json.dumps(transcript["config"]))
        yield from (step for step in transcript["steps"] if "request" in step)


def fill(text):
    text = re.sub(r"\$\{(\w+)\}", lambda match: CAPTURED.get(match[1], ADDRESS), text)
    return text.replace("sqlite", "memory").replace("correct horse", "")


def body_of(request):
    if "body_base64" in request:
        return base64.b64decode(request["body_base64"])
    return fill(request.get("body") or "").encode()


def seed_bodies(body):
    write("json_body", body)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    write("msgpack_body", pack(with_bytes(value)))
    if not isinstance(value, dict):
        return
    if isinstance(value.get("partial_multisig"), dict):
        write("multisig", pack(with_bytes(value["partial_multisig"])))
    if "transaction" in value and isinstance(value["transaction"], str):
        batch = {
            "partial_group": True,
            "transactions": [{"transaction": value["transaction"], "public_key": value.get("public_key", "")}] * 2,
            "wallet_handle_token": HANDLE,
            "wallet_password": "",
        }
        write("json_body", json.dumps(batch))
        write("msgpack_body", pack(with_bytes(batch)))
        seed_http("POST", "/v2/transactions/sign", [], json.dumps(batch).encode())


def seed_http(method, path, headers, body):
    head = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    head += [f"{name}: {value}" for name, value in headers if name.lower() not in ("host", "content-length")]
    if not any(name.lower() == "x-kmd-api-token" for name, _ in headers):
        head.append(f"X-KMD-API-Token: {TOKEN}")
    if body:
        head.append(f"Content-Length: {len(body)}")
    write("http", ("\r\n".join(head) + "\r\n\r\n").encode("utf-8", "replace") + body)


def seed_requests():
    for step in steps():
        request = step["request"]
        body = body_of(request)
        if body:
            seed_bodies(body)
        headers = [tuple(header) for header in request.get("headers", [])]
        seed_http(request["method"], fill(request["path"]), headers, body)
        answer = step.get("response", {}).get("body", "")
        for found in re.findall(r'"multisig": "([^"]+)"', answer):
            if not found.startswith("$"):
                write("multisig", base64.b64decode(found))
    for line in (GOLDEN / "clients.jsonl").read_text().splitlines():
        if not line.strip():
            continue
        request = json.loads(line)
        body = request["body"].encode()
        if body:
            seed_bodies(body)
        headers = [(name, TOKEN if name.lower() == "x-kmd-api-token" else value) for name, value in request["headers"]]
        seed_http(request["method"], request["path"], headers, body)
    chunked = b"POST /v1/key/list HTTP/1.1\r\nX-KMD-API-Token: %s\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n"
    write("http", chunked % TOKEN.encode())
    two = b"GET /versions HTTP/1.1\r\n\r\nOPTIONS /v1/key HTTP/1.1\r\nOrigin: http://localhost\r\n\r\n"
    write("http", two)


def seed_transactions():
    for line in gzip.open(GOLDEN / "transactions.jsonl.gz"):
        vector = json.loads(line)
        write("transaction", base64.b64decode(vector["transaction"]))


def seed_words():
    table = (ROOT / "crates/kmd-algorand/tests/data/mnemonics.rs").read_text()
    for mnemonic in re.findall(r'"((?:[a-z]+ ){24}[a-z]+)"', table):
        write("mnemonic", mnemonic)
        write("mnemonic", mnemonic.upper().replace(" ", "\t\n "))
    write("mnemonic", bytes(range(32)))
    for wallet in json.loads((GOLDEN / "wallets/manifest.json").read_text()):
        for address in wallet.get("addresses_in_list_order", [])[:2]:
            write("address", address)
    write("address", bytes(range(32)))
    write("handle_token", HANDLE)
    write("handle_token", HANDLE.upper())
    write("config", '{"SESSION_lifetime_secs": 1, "drivers": {"sqlite": {"wallets_dir": "/x", "allow_unsafe_scrypt": true,'
        ' "scrypt": {"scrypt_n": 2, "scrypt_r": 1, "scrypt_p": 1}}}, "kmd": {"log_format": "json", "kdf_parallel": 2}}')


def seed_wallets():
    for path in (GOLDEN / "wallets").glob("*/*.db"):
        database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        rows = database.execute("SELECT mep_encrypted, mdk_encrypted, max_key_idx_encrypted FROM metadata").fetchall()
        rows += database.execute("SELECT secret_key_encrypted FROM keys LIMIT 3").fetchall()
        for envelope in (envelope for row in rows for envelope in row):
            write("envelope", envelope)
    for kind in ("master_key", "master_derivation_key", "secret_key", "max_key_idx"):
        for plain in (bytes(32), b"\xc4\x40" + bytes(64), b"\x07"):
            write("envelope", b"\x82\xa9plaintext\xc4" + bytes([len(plain)]) + plain + b"\xaeplaintext_type" + pack(kind))
            write("envelope", plain)
    multisig = next((GOLDEN / "wallets").glob("*/multisig.*.db"))
    for pages in (512, 1024, 4096):
        for change in CHANGES:
            write("wallet_file", wallet(multisig, pages, change))


CHANGES = (
    "",
    "DELETE FROM keys",
    "PRAGMA auto_vacuum = FULL",
    "PRAGMA encoding = 'UTF-16le'",
    "CREATE TABLE junk (x); INSERT INTO junk SELECT zeroblob(400) FROM keys; DROP TABLE junk",
    "ALTER TABLE keys RENAME TO k; CREATE VIEW keys AS SELECT * FROM k",
    "CREATE TRIGGER t AFTER INSERT ON keys BEGIN DELETE FROM keys; END",
    "INSERT INTO metadata SELECT 'ledger', 1, 'x', 'y', mep_encrypted, mdk_encrypted, max_key_idx_encrypted FROM metadata",
    "UPDATE metadata SET wallet_name = zeroblob(100), driver_version = 'one'",
    "UPDATE keys SET address = zeroblob(31) WHERE key_idx = 1",
    "CREATE INDEX i ON keys (key_idx)",
)


def wallet(multisig, pages, change):
    """A wallet without password, in small pages, so that few bytes decide much."""
    original = next((GOLDEN / "wallets").glob("*/nopassword.*.db"))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "w.db"
        path.write_bytes(original.read_bytes())
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript(f"PRAGMA page_size = {pages}; ATTACH '{multisig}' AS other;"
            "INSERT INTO msig_addrs SELECT * FROM other.msig_addrs LIMIT 2; DETACH other;")
        before = change if change.startswith("PRAGMA") else ""
        database.executescript(f"{before}; VACUUM; {change}")
        database.close()
        return path.read_bytes()


seed_requests()
seed_transactions()
seed_words()
seed_wallets()
