#!/usr/bin/env python3
"""Compares how often each file changed with what the git program says.

    cargo build --release -p leindex-queries --example hotspots
    tests/oracles/churn.py HOTSPOTS REPOSITORY…

HOTSPOTS is the built example. REPOSITORY is a folder of working files, the top of a repository or a folder of it. For each
one, with and without renames, of a year and of all time: the commits, the authors and the newest change of every path are
those of `git log --no-merges --raw`. Shallow clones are compared without the commits at their end, which git would take
for the first of a history. Fails at the first path that differs.
"""

import collections
import json
import pathlib
import subprocess
import sys
import time


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    hotspots, *roots = sys.argv[1:]
    print(f"{'repository':<30}{'window':>8}{'renames':>9}{'commits':>9}{'paths':>8}{'ours s':>8}{'git s':>8}")
    for root in roots:
        for days in (365, None):
            for renames in (True, False):
                start = time.monotonic()
                ours = {row["path"]: (row["commits"], row["authors"], row["last_change"]) for row in of_leindex(hotspots, root, days, renames)}
                middle = time.monotonic()
                log = of_git(root, days)
                theirs = counted(root, log, renames)
                end = time.monotonic()
                if ours != theirs:
                    path = min(path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path))
                    raise SystemExit(f"{root}, {days} days, renames {renames}: {path}: {ours.get(path)} is not git's {theirs.get(path)}")
                name = "/".join(pathlib.Path(root).resolve().parts[-2:])
                window = f"{days} d" if days else "all"
                print(f"{name:<30}{window:>8}{'yes' if renames else 'no':>9}{len(log):>9}{len(ours):>8}{middle - start:>8.2f}{end - middle:>8.2f}")


def of_leindex(hotspots, root, days, renames):
    arguments = [hotspots, root, "--churn", "--commits", "1000000000", "--days", str(days or 0)]
    if not renames:
        arguments.append("--no-renames")
    output = subprocess.run(arguments, capture_output=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def git(root, *arguments):
    # Neither the user's settings nor replaced objects may change what is listed.
    command = ["git", "--no-replace-objects", "-c", "log.showSignature=false", "-c", "log.mailmap=false", "-C", root, *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def of_git(root, days):
    """The commits, newest first: mail address, time, and what they did to paths: (path, old object, new object)."""
    ends = set()
    shallow = pathlib.Path(root, git(root, "rev-parse", "--git-common-dir").decode().strip(), "shallow")
    if shallow.exists():
        ends = set(shallow.read_bytes().split())
    arguments = ["log", "--no-merges", "--raw", "--no-renames", "--no-abbrev", "--relative", "-z", "--format=%x01%H%x02%ae%x02%ct%x01"]
    if days:
        newest = int(git(root, "log", "-1", "--format=%ct"))
        arguments.append(f"--max-age={newest - days * 24 * 60 * 60}")
    commits = []
    for part in git(root, *arguments).split(b"\x01")[1:]:
        if b"\x02" in part[:200] and part[40:41] == b"\x02":
            commit, mail, when = part.split(b"\x02")
            commits.append((commit, mail, int(when), []))
        else:
            fields = part.strip(b"\x00\n").split(b"\x00")
            for header, path in zip(fields[::2], fields[1::2]):
                _, _, old, new, _ = header.strip(b"\n:").split(b" ")
                commits[-1][3].append((path.decode("utf-8", "replace"), old, new))
    return [commit[1:] for commit in commits if commit[0] not in ends]


def counted(root, log, renames):
    """Commits, authors and newest change by path."""
    of_paths = collections.defaultdict(set)
    moved = {}
    for number, (_, _, changes) in enumerate(log):
        for path, _, _ in changes:
            of_paths[path].add(number)
        taken, added = collections.defaultdict(list), collections.defaultdict(list)
        for path, old, new in changes:
            if not new.strip(b"0"):
                taken[old].append(path)
            elif not old.strip(b"0"):
                added[new].append(path)
        for content, old in taken.items():
            if len(old) == 1 and len(added[content]) == 1:
                moved.setdefault(old[0], added[content][0])
    if renames:
        there = {path.decode("utf-8", "replace") for path in git(root, "ls-tree", "-r", "-z", "--name-only", "HEAD").split(b"\x00")}
        gone = {old: new for old, new in moved.items() if old not in there}
        for start in sorted(gone):
            target, seen = start, {start}
            while target in gone and gone[target] not in seen:
                target = gone[target]
                seen.add(target)
            if target not in gone:
                of_paths[target] |= of_paths.pop(start)
    return {
        path: (len(commits), len({log[commit][0] for commit in commits}), max(log[commit][1] for commit in commits))
        for path, commits in of_paths.items()
    }


if __name__ == "__main__":
    main()
