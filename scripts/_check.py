"""What `scripts/check` runs: formatting, lint, two type checkers, and the direction of imports."""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from _bootstrap import ROOT, command, environment

__all__ = ["CHECKS", "run"]

PACKAGES = sorted(path.name for path in (ROOT / "packages").iterdir() if path.is_dir())
MERGED = ROOT / "build" / "merged"


class Outcome(NamedTuple):
    """How one check ended: its exit code, what it printed, and the seconds it took."""

    code: int
    output: str
    seconds: float


def ruff_format() -> Sequence[Sequence[str]]:
    """Sources are formatted."""
    return [["ruff", "format", "--check", "--quiet", "."]]


def ruff() -> Sequence[Sequence[str]]:
    """Sources keep the lint rules."""
    return [["ruff", "check", "--quiet", "."]]


def mypy() -> Sequence[Sequence[str]]:
    """Sources, tests and examples type-check; one run for each tree, since test modules share names."""
    trees = [[f"packages/{name}/tests"] for name in PACKAGES]
    trees += [["tests"], ["scripts"], ["examples/snippets"]]
    trees += [[str(path.relative_to(ROOT))] for path in sorted(ROOT.glob("examples/*/*/")) if path.is_dir()]
    kept = [tree for tree in trees if any((ROOT / tree[0]).rglob("*.py"))]
    return [["mypy", *argument] for argument in [[f"packages/{name}/src" for name in PACKAGES], *kept]]


def pyright() -> Sequence[Sequence[str]]:
    """The same, with the other type checker."""
    return [["pyright"]]


def imports() -> Sequence[Sequence[str]]:
    """Imports point one way; the six trees are merged first, since the linter follows one root."""
    shutil.rmtree(MERGED, ignore_errors=True)
    for name in PACKAGES:
        shutil.copytree(ROOT / "packages" / name / "src", MERGED, dirs_exist_ok=True)
    return [["lint-imports", "--no-cache"]]


CHECKS = {
    "format": ruff_format,
    "lint": ruff,
    "mypy": mypy,
    "pyright": pyright,
    "imports": imports,
}


def run(names: Sequence[str]) -> int:
    """Run the named checks, two at a time, print failures and seconds; return the exit code."""
    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(names, pool.map(_outcome, names), strict=True))
    for name, outcome in outcomes.items():
        if outcome.code:
            print(f"--- {name}\n{outcome.output}", flush=True)
    for name, outcome in outcomes.items():
        print(f"check {name:8} {outcome.seconds:6.1f} s  {'failed' if outcome.code else 'ok'}", flush=True)
    return int(any(outcome.code for outcome in outcomes.values()))


def _outcome(name: str) -> Outcome:
    started = time.monotonic()
    code, output = 0, ""
    env = {**environment(), "PYTHONPATH": str(MERGED)} if name == "imports" else environment()
    for program, *arguments in CHECKS[name]():
        done = subprocess.run(
            [command(program), *arguments],
            cwd=ROOT,
            env=env,
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        code, output = code or done.returncode, output + (done.stdout if done.returncode else "")
    return Outcome(code, output, time.monotonic() - started)


def main(arguments: Sequence[str]) -> int:
    """Run the checks named in `arguments`, all of them if none is; return the exit code."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        print(f"check: no check {unknown[0]!r}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    return run(arguments or list(CHECKS))
