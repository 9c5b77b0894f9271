"""A bare Debian 12 in a directory. The first is made by debootstrap and kept, with the packages that
were downloaded and a compiler's cache, for all that are tried after it within a week."""

import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import time

SUITE = "bookworm"
KEPT_FOR = 7 * 24 * 3600  # seconds; then Debian has newer packages
USER = "newcomer"

# What apt on this machine knows, wherever it has it from; proxies are added from the environment.
APT = [
    "apt.conf", "apt.conf.d", "sources.list", "sources.list.d", "preferences", "preferences.d",
    "trusted.gpg", "trusted.gpg.d", "keyrings", "auth.conf", "auth.conf.d",
]
# Commands of this machine's own, which are not in a bare one; and it keeps what it downloads.
APT_HERE = """\
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Keep-Downloaded-Packages "true";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
"""

# Notes what is asked of systemd by whoever has not been told to leave it alone.
SYSTEMCTL = """\
#!/bin/sh
[ "$SYSTEMD_OFFLINE" = 1 ] || echo "$*" >>/var/log/systemctl
[ "$2" != is-enabled ] || echo enabled
"""
ASKED = "var/log/systemctl"


class Impossible(Exception):
    """No such machine can be made here; says what is missing."""


def run(*command, stdin=subprocess.DEVNULL, **options):
    try:
        result = subprocess.run(
            command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", **options
        )
    except FileNotFoundError as error:
        raise Impossible(f"this machine has no {error.filename}") from None
    if result.returncode != 0:
        raise Impossible(f"{' '.join(map(str, command))}: {result.stdout[-3000:]}")
    return result.stdout


def mirror():
    """Where apt on this machine has Debian 12 from."""
    form = "$(REPO_URI) $(COMPONENT) $(CODENAME) $(RELEASE)"
    for line in run("apt-get", "indextargets", "--format", form, "Created-By: Packages").splitlines():
        uri, component, *names = line.split()
        if component == "main" and SUITE in names:
            return uri
    raise Impossible(f"apt on this machine has no source for Debian 12 ({SUITE}, main).")


def proxies():
    """apt's, else the environment's: {"http": ..., "https": ...}."""
    found = {}
    for scheme in ["http", "https"]:
        shell = run("apt-config", "shell", "proxy", f"Acquire::{scheme}::Proxy")
        from_apt = re.search(r"proxy='(.*)'", shell)
        environment = os.environ.get(f"{scheme}_proxy") or os.environ.get(f"{scheme.upper()}_PROXY")
        if proxy := (from_apt and from_apt[1]) or environment:
            found[scheme] = proxy
    return found


def remove(path):
    """With patience: what was killed a moment ago may still write there."""
    for _ in range(100):
        try:
            return shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            time.sleep(0.1)
    shutil.rmtree(path)


class Cache:
    """What is kept. Locked, so that two runs do not have one machine."""

    def __init__(self):
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.directory = pathlib.Path(home) / "curfew-bare"
        self.base = self.directory / SUITE
        self.packages = self.directory / "packages"
        self.ccache = self.directory / "ccache"
        self.trees = self.directory / "trees"
        for directory in [self.directory, self.packages, self.ccache, self.trees]:
            directory.mkdir(parents=True, exist_ok=True)
        self.ccache.chmod(0o777)
        self.lock = open(self.directory / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.clear()

    def clear(self):
        """Removes the machines that were tried; a run that was killed leaves its own to the next."""
        for tree in self.trees.iterdir():
            remove(tree)

    def bootstrap(self):
        """The base, made anew if there is none or it is old."""
        if self.base.exists() and time.time() - self.base.stat().st_mtime < KEPT_FOR:
            return
        shutil.rmtree(self.packages)
        self.packages.mkdir()
        new = self.directory / "new"
        shutil.rmtree(new, ignore_errors=True)
        environment = dict(os.environ, **{f"{scheme}_proxy": url for scheme, url in proxies().items()})
        source = mirror()
        more = ["--include=ca-certificates"] if source.startswith("https:") else []
        run(
            "debootstrap", "--variant=minbase", f"--cache-dir={self.packages}", *more,
            SUITE, new, source, env=environment,
        )
        shutil.rmtree(self.base, ignore_errors=True)
        new.rename(self.base)
        os.utime(self.base)

    def machine(self, name):
        """A copy of the base, with apt as it is on this machine, and only that."""
        tree = self.trees / name
        run("cp", "-a", "--reflink=auto", self.base, tree)
        configure_apt(tree)
        # Only what a power cut would need; it halves the time of an installation.
        (tree / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
        for place in ["etc/hosts", "etc/resolv.conf"]:
            (tree / place).unlink(missing_ok=True)
            shutil.copy(f"/{place}", tree / place)
        return tree


def configure_apt(tree):
    target = tree / "etc/apt"
    (target / "sources.list").unlink(missing_ok=True)
    for name in APT:
        source = pathlib.Path("/etc/apt") / name
        if source.is_dir():
            shutil.copytree(source, target / name, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target / name)
    shutil.copytree("/usr/share/keyrings", tree / "usr/share/keyrings", dirs_exist_ok=True)
    certificates = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
    if certificates.exists() and (tree / "etc/ssl/certs").is_dir():
        shutil.copy(certificates, tree / "etc/ssl/certs")
    lines = [f'Acquire::{scheme}::Proxy "{url}";\n' for scheme, url in proxies().items()]
    (target / "apt.conf.d/zz-bare").write_text(APT_HERE + "".join(lines))


def as_systemd_has_it(tree):
    """Makes the machine one where systemd runs, as far as packages can tell."""
    (tree / "run/systemd/system").mkdir(parents=True)
    systemctl = tree / "usr/local/bin/systemctl"
    systemctl.write_text(SYSTEMCTL)
    systemctl.chmod(0o755)


def add_user(tree, enter):
    """An ordinary user with sudo, who is not asked for a password, as nobody is there to type it."""
    enter("apt-get update -qq && apt-get install -y -qq --no-install-recommends sudo")
    enter(f"useradd --create-home --shell /bin/bash {USER}")
    rule = tree / "etc/sudoers.d" / USER
    rule.write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    rule.chmod(0o440)


def starters(tree):
    """What starts by itself when that machine boots: enabled units and init scripts."""
    found = set()
    for place in ["etc/systemd", "etc/rc2.d", "etc/rc3.d", "etc/rc4.d", "etc/rc5.d"]:
        for link in (tree / place).rglob("*"):
            if link.is_symlink() and not link.name.startswith("K"):
                found.add(str(link.relative_to(tree)))
    return found
