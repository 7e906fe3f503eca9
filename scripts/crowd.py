#!/usr/bin/env python3
"""Ten thousand connections that do not pause, and whether /health is answered meanwhile

crowd.py [SECONDS [KMD]], by default 8 and the optimised daemon, which it builds

Has wrk(1) ask for signatures, for /health and for what is refused, and asks for
/health itself: over the Unix socket, over TCP, and on a new connection each
time. Prints requests per second and the slowest answers. All of it shares the
cores of this machine.
"""

import base64
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOKEN = "a" * 64
CONFIG = {
    "address": "127.0.0.1:0",
    "session_lifetime_secs": 3600,
    "drivers": {"sqlite": {"allow_unsafe_scrypt": True, "scrypt": {"scrypt_n": 2, "scrypt_r": 1, "scrypt_p": 1}}},
    "kmd": {"max_connections": 11_000},
}
PROBE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
PAUSE = 0.003


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(sys.argv[2] if len(sys.argv) > 2 else build(), pathlib.Path(folder))
        try:
            for name, connections, path, body, token in [
                ("sign", 32, "/v1/transaction/sign", daemon.signing(), TOKEN),
                ("sign", 10_000, "/v1/transaction/sign", daemon.signing(), TOKEN),
                ("wrong token", 1000, "/v1/transaction/sign", "{}", "b" * 64),
                ("/health", 10_000, "/health", None, TOKEN),
            ]:
                load = daemon.wrk(connections, seconds, path, body, token)
                slowest = daemon.watch(load)
                told = rate(load, refused=token != TOKEN)
                print(f"{name}, {connections} connections: {told} per second; slowest /health: {slowest}")
            print("most memory of the daemon:", daemon.most_memory())
        finally:
            daemon.stop()


def build():
    subprocess.run(["cargo", "build", "--release", "--locked", "--package", "kmd"], check=True, cwd=ROOT)
    return ROOT / "target/release/kmd"


class Daemon:
    def __init__(self, binary, folder):
        self.folder = folder
        for name, text in [("kmd_config.json", json.dumps(CONFIG)), ("kmd.token", TOKEN)]:
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)
        self.process = subprocess.Popen([binary, "-d", folder], stdout=subprocess.PIPE, text=True)
        serving = next(line for line in self.process.stdout if "serving on" in line)
        self.url = serving.split()[-1]
        host, port = self.url.removeprefix("http://").split(":")
        self.address = (host, int(port))

    def ask(self, path, body):
        headers = {"X-KMD-API-Token": TOKEN}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def signing(self):
        """The body of a request that signs."""
        name = f"wallet {time.time_ns()}"
        created = {"wallet_name": name, "wallet_driver_name": "sqlite", "wallet_password": ""}
        wallet = self.ask("/v1/wallet", created)["wallet"]["id"]
        opened = self.ask("/v1/wallet/init", {"wallet_id": wallet, "wallet_password": ""})
        handle = {"wallet_handle_token": opened["wallet_handle_token"]}
        address = self.ask("/v1/key", handle)["address"]
        payment = base64.b64encode(payment_of(address)).decode()
        body = handle | {"wallet_password": "", "transaction": payment}
        assert "signed_transaction" in self.ask("/v1/transaction/sign", body)
        return json.dumps(body)

    def wrk(self, connections, seconds, path, body, token):
        script = self.folder / "load.lua"
        lines = [f'wrk.headers["X-KMD-API-Token"] = "{token}"']
        if body:
            lines += ['wrk.method = "POST"', f"wrk.body = [[{body}]]"]
        script.write_text("\n".join(lines))
        command = ["wrk", "--threads", "1", "--timeout", "10s", "--script", script, self.url + path]
        command += ["--connections", str(connections), "--duration", f"{seconds}s"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def watch(self, load):
        ways = {"Unix socket": unix(self.folder / "kmd.sock"), "TCP": socket.create_connection(self.address)}
        slowest = dict.fromkeys([*ways, "new TCP"], 0.0)
        while load.poll() is None:
            for name, way in ways.items():
                slowest[name] = max(slowest[name], timed(way))
            slowest["new TCP"] = max(slowest["new TCP"], timed(None, self.address))
            time.sleep(PAUSE)
        return ", ".join(f"{name} {1000 * time:.0f} ms" for name, time in slowest.items())

    def most_memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(line.split(maxsplit=1)[1] for line in status.splitlines() if line.startswith("VmHWM"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def unix(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.fspath(path))
    return connection


def timed(connection, address=None):
    """How long an answer to /health takes, the connecting included."""
    start = time.perf_counter()
    used = connection or socket.create_connection(address)
    used.sendall(PROBE)
    assert b" 200 " in used.recv(4096)
    if not connection:
        used.close()
    return time.perf_counter() - start


def rate(load, refused):
    """Requests per second, if all were answered as they should be."""
    said = load.stdout.read()
    assert ("Non-2xx" in said) == refused and "Socket errors" not in said, said
    return next(line.split()[1] for line in said.splitlines() if line.startswith("Requests/sec"))


def payment_of(address):
    """A payment of this sender, in canonical msgpack."""
    sender = base64.b32decode(address + "======")[:32]
    text = lambda value: bytes([0xA0 + len(value)]) + value.encode()
    binary = lambda value: bytes([0xC4, len(value)]) + value
    number = lambda value: b"\xcd" + value.to_bytes(2, "big")
    fields = [
        ("amt", number(1000)),
        ("fee", number(1000)),
        ("fv", number(1000)),
        ("gh", binary(b"\x07" * 32)),
        ("lv", number(2000)),
        ("rcv", binary(b"\x09" * 32)),
        ("snd", binary(sender)),
        ("type", text("pay")),
    ]
    return bytes([0x80 + len(fields)]) + b"".join(text(name) + value for name, value in fields)


if __name__ == "__main__":
    main()
