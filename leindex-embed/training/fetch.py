#!/usr/bin/env python3
"""Fetches the training sources from the package registries and keeps the permissively licensed source files.

usage: fetch.py SOURCES.tsv FOLDER [--jobs 4]

SOURCES.tsv has a package a line: registry (pypi, npm, crates, debian), name, version, use (train or validate). Each is
fetched by its registry's ordinary client, judged by the licence that its own metadata declares, and unpacked to
FOLDER/REGISTRY/NAME. FOLDER/licences.tsv says what each declares and whether it was taken. A package without a version
is fetched at its newest and the version found is printed there, so that a list can be pinned.

Needs pip, npm, cargo, and apt-get with source entries (`Types: deb-src`).
"""

import argparse
import concurrent.futures
import email
import fnmatch
import io
import json
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile

PERMISSIVE = {
    "mit", "mit-0", "mit-cmu", "expat", "x11", "hpnd", "0bsd", "bsd", "bsd-1-clause", "bsd-2-clause", "bsd-3-clause",
    "bsd-3-clause-clear", "bsd-4-clause", "bsd-2", "bsd-3", "bsd-2-clauses", "bsd-3-clauses", "apache-2", "apache-2.0",
    "apache license 2.0", "apache 2.0", "apache license, version 2.0", "apache software license", "isc", "zlib", "psf",
    "psf-2.0", "python-2.0", "unlicense", "cc0", "cc0-1.0", "bsl-1.0", "boost-1.0", "ncsa", "postgresql", "curl",
    "bsd license", "mit license", "the mit license", "isc license (iscl)", "isc license", "python software foundation license",
    "zlib/libpng license", "the unlicense (unlicense)", "mit no attribution license (mit-0)", "public-domain",
    "boost software license 1.0 (bsl-1.0)", "3-clause bsd license", "bsd 3-clause", "bsd 3-clause license", "new bsd",
    "new bsd license", "modified bsd", "apache-2.0 with llvm-exception", "apache 2.0 license", "apache", "bsd-3-clause license",
    "unicode-3.0", "blueoak-1.0.0", "bsd-like", "mit/x11", "apache license version 2.0", "the apache license, version 2.0",
}
SUFFIXES = set(
    ".py .js .mjs .cjs .jsx .ts .mts .tsx .rs .java .go .c .h .cc .cpp .cxx .hh .hpp .hxx .rb .php .inc .cs .swift .kt .dart "
    ".lua .scala .ex .hs".split()
)
LARGEST = 1_500_000


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sources", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--jobs", type=int, default=4)
    arguments = arguments.parse_args()
    sources = [line.split("\t") for line in arguments.sources.read_text().splitlines() if line and not line.startswith("#")]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        lines = list(pool.map(lambda source: fetch(source, arguments.folder), sources))
    (arguments.folder / "licences.tsv").write_text("".join(line + "\n" for line in sorted(set(lines))))


def fetch(source, folder):
    """Fetches one package; returns its line of licences.tsv."""
    registry, name, version, *_ = [*source, "", ""]
    target = folder / registry / name.replace("/", "__")
    said = target / "licence.tsv"
    if said.exists():
        return said.read_text().strip()
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        try:
            found = FETCHERS[registry](name, version, pathlib.Path(scratch))
            found, licence, taken, files = found
        except (subprocess.CalledProcessError, OSError, ValueError, KeyError, IndexError, tarfile.TarError) as error:
            return "\t".join([registry, name, version, "", "failed", str(error).replace("\n", " ")[:80]])
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        count = 0
        if taken:
            for path, read in files:
                parts = pathlib.PurePosixPath(path).parts
                if pathlib.PurePosixPath(path).suffix.lower() in SUFFIXES and ".." not in parts:
                    text = read()
                    if text is None or len(text) > LARGEST:
                        continue
                    to = target.joinpath(*parts)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    to.write_bytes(text)
                    count += 1
    line = "\t".join([registry, name, found, licence, "taken" if taken else "refused", str(count)])
    said.write_text(line + "\n")
    return line


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=900).stdout


def fetch_pypi(name, version, scratch):
    wanted = f"{name}=={version}" if version else name
    run("pip", "download", "--quiet", "--no-deps", "--dest", ".", "--prefer-binary", "--only-binary", ":all:", wanted, cwd=scratch)
    archive = zipfile.ZipFile(next(scratch.glob("*.whl")))
    metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_string(archive.read(metadata).decode("utf-8", "replace"))
    licence = metadata.get("License-Expression")
    if licence is None:
        classifiers = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier", []) if c.startswith("License :: ")]
        classifiers = [c for c in classifiers if c != "OSI Approved"]
        licence = " AND ".join(classifiers) or (metadata.get("License") or "").strip().split("\n")[0][:60]
    files = [(path, lambda path=path: archive.read(path)) for path in archive.namelist()]
    return metadata["Version"], licence, permissive(licence), files


def fetch_npm(name, version, scratch):
    run("npm", "pack", "--silent", f"{name}@{version}" if version else name, cwd=scratch)
    archive = tarfile.open(next(scratch.glob("*.tgz")))
    files = members(archive)
    package = json.loads(next(read for path, read in files if path == "package.json")())
    licence = package.get("license") or package.get("licenses") or ""
    if isinstance(licence, list):
        licence = " OR ".join(one.get("type", "") if isinstance(one, dict) else one for one in licence)
    if isinstance(licence, dict):
        licence = licence.get("type", "")
    return package["version"], licence, permissive(licence), files


def fetch_crates(name, version, scratch):
    said = run("cargo", "info", "--quiet", "--color=never", "--registry=crates-io", f"{name}@{version}" if version else name, cwd=scratch)
    version = re.search(r"^version: (\S+)", said, re.M).group(1)
    cache = pathlib.Path.home() / ".cargo/registry/src"
    folder = next(path for path in cache.glob(f"*/{name}-{version}"))
    licence = tomllib.loads((folder / "Cargo.toml").read_text())["package"].get("license", "").replace("/", " OR ")
    files = [(str(path.relative_to(folder)), path.read_bytes) for path in folder.rglob("*") if path.is_file()]
    return version, licence, permissive(licence), files


def fetch_debian(name, version, scratch):
    run("apt-get", "--quiet", "source", "--download-only", f"{name}={version}" if version else name, cwd=scratch)
    said = re.search(r"^Version: (\S+)", next(scratch.glob("*.dsc")).read_text(errors="replace"), re.M).group(1)
    archives = [path for path in scratch.iterdir() if ".tar." in path.name and not path.name.endswith(".asc")]
    packaging = next((path for path in archives if ".debian.tar." in path.name), archives[0])
    copyright = next(read for path, read in members(tarfile.open(packaging), strip=0) if path.endswith("debian/copyright"))()
    stanzas = dep5(copyright.decode("utf-8", "replace"))
    licence = next((licence for patterns, licence in stanzas if "*" in patterns), "")
    files = []
    for path in archives:
        if path != packaging or len(archives) == 1:
            # Additional archives (`orig-NAME.tar`) are unpacked to a folder of that name.
            files += members(tarfile.open(path))
    files = [(path, read) for path, read in files if not path.startswith("debian/") and permissive(licence_of(path, stanzas))]
    return said, licence, any(permissive(licence) for _, licence in stanzas) and len(files) > 0, files


def members(archive, strip=1):
    """The files of an archive as (path without its first folder, reader)."""
    files = []
    for member in archive.getmembers():
        if member.isfile():
            path = "/".join(member.name.removeprefix("./").split("/")[strip:])
            files.append((path, lambda member=member: archive.extractfile(member).read()))
    return files


def dep5(text):
    """The (patterns, licence) stanzas of a machine-readable debian/copyright, in order."""
    stanzas = []
    for stanza in re.split(r"\n\s*\n", text):
        files = re.search(r"^Files:((?:.|\n(?=\s))*)", stanza, re.M)
        licence = re.search(r"^License: *(.*)", stanza, re.M)
        if files and licence:
            stanzas.append((files.group(1).replace(",", " ").split(), licence.group(1).strip()))
    return stanzas


def licence_of(path, stanzas):
    """The last stanza that a path matches holds."""
    found = ""
    for patterns, licence in stanzas:
        if any(fnmatch.fnmatchcase(path, pattern.removeprefix("./")) for pattern in patterns):
            found = licence
    return found


def permissive(expression):
    """Whether a licence expression can be met with permissive licences alone."""
    expression = expression.strip().strip("()").lower()
    if expression in PERMISSIVE:
        return True
    for operator, meets in ((" and ", all), ("; ", all), (" or ", any), (" | ", any)):
        if operator in expression:
            return meets(permissive(part) for part in expression.split(operator))
    return False


FETCHERS = {"pypi": fetch_pypi, "npm": fetch_npm, "crates": fetch_crates, "debian": fetch_debian}

if __name__ == "__main__":
    main()
