#!/usr/bin/env python3
"""Prints what is in a package of this workspace, as CycloneDX 1.5 in JSON.

sbom.py --package NAME [--target TRIPLE] [--check BINARY]...

Made from `cargo tree`, `cargo metadata` and Cargo.lock: every crate that is
compiled into the binary for that target, its version, licence and checksum,
and what it depends on, and SQLite and AWS-LC, which two of them bring along as C.
Crates that only run during the build, such as procedural macros, are left out.

--check looks into a binary that was built of the package: it fails where that
shows a crate that is not told of. Messages of panics name the files of crates.
"""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A binary of kmd shows more crates than this.
SEEN = 20

# By the crate that brings it: name, where its version stands, and its licence
# where that is not the crate's.
C_LIBRARIES = {
    "libsqlite3-sys": ("sqlite", "sqlite3/sqlite3.h", "SQLITE_VERSION", {"license": {"name": "Public Domain"}}),
    "aws-lc-sys": ("aws-lc", "aws-lc/include/openssl/base.h", "AWSLC_VERSION_NUMBER_STRING", None),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--package", required=True)
    parser.add_argument("--target", default=host())
    parser.add_argument("--check", action="append", default=[], type=pathlib.Path)
    arguments = parser.parse_args()
    made = bill(arguments.package, arguments.target)
    for binary in arguments.check:
        check(made, binary)
    print(json.dumps(made, indent=2, sort_keys=True))


def host():
    told = subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.search(r"^host: (.+)$", told, re.MULTILINE).group(1)


def check(made, binary):
    told = {f"{found['name']}-{found['version']}".encode() for found in made["components"]}
    seen = set(re.findall(rb"registry/src/[^/\0]+/([\w.+-]+)", binary.read_bytes()))
    if len(seen) < SEEN:
        sys.exit(f"sbom: {binary} shows only {len(seen)} crates; were their sources elsewhere?")
    if seen - told:
        sys.exit(f"sbom: {binary} has what is not told: {sorted(seen - told)}")


def bill(package, target):
    metadata = cargo_metadata(target)
    compiled_in = compiled_into(package, target)
    packages = {
        found["id"]: found
        for found in metadata["packages"]
        if (found["name"], found["version"]) in compiled_in
    }
    members = sorted(packages)
    assert len(members) == len(compiled_in), "cargo tree and cargo metadata disagree"
    uses = {node["id"]: uses_of(node, packages) for node in metadata["resolve"]["nodes"]}
    root = next(id for id, found in packages.items() if found["name"] == package)
    checksums = checksums_of(pathlib.Path(metadata["workspace_root"]) / "Cargo.lock")
    components = [component(packages[id], checksums) for id in members if id != root]
    dependencies = [
        {"ref": purl(packages[id]), "dependsOn": sorted(purl(packages[used]) for used in uses[id])}
        for id in members
    ]
    components += [c_library(packages[id]) for id in members if packages[id]["name"] in C_LIBRARIES]
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": timestamp(),
            "component": component(packages[root], checksums) | {"type": "application"},
            "properties": [{"name": "kmd:target", "value": target}],
        },
        "components": sorted(components, key=lambda found: found["bom-ref"]),
        "dependencies": sorted(dependencies, key=lambda found: found["ref"]),
    }
    # The number follows from the content: the same source has the same bill.
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return content | {"serialNumber": f"urn:uuid:{number}"}


def cargo_metadata(target):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)


def compiled_into(package, target):
    """Names and versions, with the features that this package asks for."""
    command = ["cargo", "tree", "--locked", "--package", package, "--target", target]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "none"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout.splitlines()
    named = [line.split()[:2] for line in lines if line]
    return {(name, version.removeprefix("v")) for name, version in named}


def uses_of(node, packages):
    """What is compiled in: neither for tests nor for build scripts."""
    linked = [used for used in node["deps"] if any(kind["kind"] is None for kind in used["dep_kinds"])]
    return [used["pkg"] for used in linked if used["pkg"] in packages]


def checksums_of(lock):
    packages = tomllib.loads(lock.read_text())["package"]
    return {(found["name"], found["version"]): found.get("checksum") for found in packages}


def component(package, checksums):
    found = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["license"]:
        # The old way to write "or".
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


def c_library(package):
    name, header, macro, licence = C_LIBRARIES[package["name"]]
    text = (pathlib.Path(package["manifest_path"]).parent / header).read_text()
    version = re.search(rf'#define {macro}\s+"([^"]+)"', text).group(1)
    return {
        "type": "library",
        "bom-ref": f"pkg:generic/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:generic/{name}@{version}",
        "licenses": [licence or {"expression": package["license"]}],
    }


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def timestamp():
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    main()
