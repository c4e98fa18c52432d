"""The process of a stdio server, with all that it starts: begun, watched, and ended in order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from mcp.client._until import until
from mcp.client._windows import Job
from mcp.shared._loop import Home

__all__ = ["PROCESS_TERMINATION_TIMEOUT", "ServerProcess"]

PROCESS_TERMINATION_TIMEOUT = 2.0
"""Seconds for a server to end after its stdin was closed, and again after it was asked to terminate."""

ORPHANS_SECONDS = 0.5
"""Seconds for what a server left behind to end after it was asked to."""


class ServerProcess:
    """A running server; on POSIX the leader of a process group and session, on Windows in a job.

    Args:
        command: the executable, looked up on the PATH of `env`.
        arguments: its arguments.
        env: all of its environment.
        cwd: its working directory; ours if None.
        stderr: the descriptor that its stderr goes to.

    Attributes:
        stdin: the descriptor to write to; the caller owns it.
        stdout: the descriptor to read from; the caller owns it.
        end: how the process ended, in words, once `watch` has told.

    Raises:
        FileNotFoundError: no such command, or no such directory.
        OSError: the command cannot be executed.
    """

    def __init__(
        self,
        command: str,
        arguments: Sequence[str],
        env: Mapping[str, str],
        cwd: str | Path | None,
        stderr: int,
    ) -> None:
        theirs_in, self.stdin = os.pipe()
        self.stdout, theirs_out = os.pipe()
        try:
            self._process = _start(
                [_executable(command, env), *arguments], env, cwd, theirs_in, theirs_out, stderr
            )
        except Exception as error:
            os.close(self.stdin)
            os.close(self.stdout)
            raise _explained(error, command, env, cwd) if isinstance(error, OSError) else error from None
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self._over = False
        self.end: str | None = None
        self._job = Job(self._process) if sys.platform == "win32" else None

    def watch(self, on_exit: Callable[[], None]) -> None:
        """Call `on_exit`, in the running loop, when the process has ended, even if a child has its stdout."""
        home = Home()

        def watch() -> None:
            self.end = self._wait_unreaped()
            home.post(on_exit)

        threading.Thread(target=watch, name="mcp server watch", daemon=True).start()

    def _wait_unreaped(self) -> str | None:
        """Block until the process has ended; its number, and its group's, stay its own until it is reaped."""
        if sys.platform == "win32" or not hasattr(os, "waitid"):
            return _in_words(self._process.wait())
        with suppress(ChildProcessError):
            ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
            if ended is not None:
                return _in_words(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        return None

    async def stop(self) -> None:
        """Wait for the process to end by itself (its stdin is closed), then terminate, then kill the tree.

        Specification: basic/transports/stdio, Shutdown.
        """
        gone = await until(self._ended, PROCESS_TERMINATION_TIMEOUT)
        others = self._signal_tree(signal.SIGTERM)
        if not gone:
            gone = await until(self._ended, PROCESS_TERMINATION_TIMEOUT)
        if gone and others:
            await until(self._deserted, ORPHANS_SECONDS)
        self.kill()
        await until(self._deserted, ORPHANS_SECONDS)

    def kill(self) -> None:
        """Kill the process and its tree, and reap it; blocks for an instant; may be called more than once."""
        if self._over:
            return  # the number of the group may be another's by now
        self._over = True
        if self._job is not None:
            self._job.close()
        elif sys.platform != "win32":
            self._signal_tree(signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PROCESS_TERMINATION_TIMEOUT)

    def _deserted(self) -> bool:
        return not self._signal_tree(0)

    def _ended(self) -> bool:
        return self._process.poll() is not None

    def _signal_tree(self, number: int) -> bool:
        """Signal the whole group; False if nobody is left in it."""
        if sys.platform == "win32":
            return False  # there is no such signal: the job ends the tree
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS: not permitted, where only a zombie is left
            return False
        return True


def _start(
    command: list[str], env: Mapping[str, str], cwd: str | Path | None, stdin: int, stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    if sys.platform == "win32":
        return subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    return subprocess.Popen(
        command, env=dict(env), cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
    )


def _in_words(code: int) -> str:
    """Return how a process ended, by its code as `subprocess` has it: less than zero for a signal."""
    return f"with exit code {code}" if code >= 0 else f"by signal {-code}"


def _executable(command: str, env: Mapping[str, str]) -> str:
    """Return what to start: on Windows, `npx` and its like are scripts that have to be looked for."""
    if sys.platform == "win32":
        return shutil.which(command, path=env.get("PATH")) or command
    return command


def _explained(error: OSError, command: str, env: Mapping[str, str], cwd: str | Path | None) -> OSError:
    """Return the same error, saying which command it was and what to do."""
    if cwd is not None and not os.path.isdir(cwd):
        text = (
            f"cannot start {command!r}: its working directory {str(cwd)!r} does not exist or is no directory"
        )
    elif isinstance(error, FileNotFoundError):
        path = env.get("PATH", os.defpath)
        text = (
            f"cannot start {command!r}: command not found. Install it, or give its full path "
            f"(or its interpreter's, if it is a script). PATH is {path!r}"
        )
    elif isinstance(error, PermissionError):
        text = f"cannot start {command!r}: not executable. Make it so, or give its interpreter as the command"
    else:
        text = f"cannot start {command!r}: {error.strerror}"
    return type(error)(error.errno, text)
