"""The parts of the test run, and how each is started."""

import argparse
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

import _check
from _bootstrap import ROOT, command, environment

__all__ = ["PARTS", "main"]

WORKERS = ["-n", "3", "--dist", "worksteal"]
"""One more than the cores of a small machine, since many tests wait for processes."""

FOLDERS = ("interop", "conformance", "packages", "browser")
"""Parts that are a folder of `tests/`; all other tests are the part `unit`."""


def check(_: Sequence[str]) -> int:
    """Run what `scripts/check` runs."""
    return _check.main([])


def unit(arguments: Sequence[str]) -> int:
    """Run the tests of all packages; the coverage floor holds for a whole run only."""
    ignored = [f"--ignore=tests/{name}" for name in FOLDERS]
    coverage = [] if arguments else ["--cov", "--cov-report=term-missing:skip-covered"]
    return _pytest(["packages", "tests", *ignored, *WORKERS, *coverage, *arguments])


def folder(name: str) -> Callable[[Sequence[str]], int]:
    """Return the part that runs the tests in `tests/<name>`."""
    # The wheels and environments of `packages` are made once, in one process.
    workers = [] if name == "packages" else WORKERS
    return lambda arguments: _pytest([f"tests/{name}", *workers, *arguments])


PARTS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "check": check,
    "unit": unit,
    **{name: folder(name) for name in FOLDERS},
}


def main(arguments: Sequence[str]) -> int:
    """Run the parts named in `arguments`, all that exist if none is; print the seconds of each."""
    options, pytest_arguments = _parse(arguments)
    if options.full:
        os.environ["MCP_TEST_FULL"] = "1"
    results: dict[str, tuple[int, float]] = {}
    for name in options.parts or [name for name in PARTS if _exists(name)]:
        print(f"=== {name}", flush=True)
        started = time.monotonic()
        code = PARTS[name](pytest_arguments)
        results[name] = code, time.monotonic() - started
    print("===")
    for name, (code, seconds) in results.items():
        print(f"{name:12} {seconds:7.1f} s  {'failed' if code else 'ok'}")
    print(f"{'all':12} {sum(seconds for _, seconds in results.values()):7.1f} s", flush=True)
    return int(any(code for code, _ in results.values()))


def _parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    own, rest = list(arguments), list[str]()
    if "--" in own:
        at = own.index("--")
        own, rest = own[:at], own[at + 1 :]
    parser = argparse.ArgumentParser("test", description="Run the tests, by parts.")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all that exist"
    )
    parser.add_argument("--full", action="store_true", help="full grids where a part usually takes a sample")
    options = parser.parse_args(own)
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"no part {name!r}; there are {', '.join(PARTS)}")
        if not _exists(name):
            parser.error(f"the part {name!r} has no tests yet")
    return options, rest


def _exists(name: str) -> bool:
    return name not in FOLDERS or any((ROOT / "tests" / name).glob("**/test_*.py"))


def _pytest(arguments: Sequence[str]) -> int:
    return subprocess.run(
        [command("pytest"), "-q", *arguments], cwd=ROOT, env=environment(), check=False
    ).returncode
