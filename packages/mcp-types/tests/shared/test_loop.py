"""Tasks, futures, timers and the way home, the same on asyncio and on trio."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import anyio
import anyio.to_thread
import pytest

from mcp.shared import _loop
from support.timeouts import scaled

pytestmark = pytest.mark.anyio

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


async def test_a_task_runs_and_can_be_waited_for() -> None:
    ran: list[int] = []

    async def work(number: int) -> None:
        ran.append(number)

    task = _loop.spawn(work, 5, name="work")
    with anyio.fail_after(scaled(5)):
        await task.wait()
        await task.wait()
    assert ran == [5]
    assert task.done


async def test_a_cancelled_task_runs_its_finally_blocks() -> None:
    begun, cleaned = anyio.Event(), anyio.Event()

    async def work() -> None:
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            cleaned.set()

    task = _loop.spawn(work, name="work")
    await begun.wait()
    assert not task.done
    task.cancel()
    task.cancel()
    with anyio.fail_after(scaled(5)):
        await task.wait()
    assert cleaned.is_set()
    task.cancel()


async def test_what_a_task_raises_is_logged_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ValueError("of no importance")

    task = _loop.spawn(work, name="bad work")
    with anyio.fail_after(scaled(5)):
        await task.wait()
    await _loop.checkpoint()
    assert "bad work" in caplog.text
    assert "of no importance" in caplog.text


async def test_a_task_runs_in_the_context_it_is_given_or_in_a_copy_of_the_callers() -> None:
    seen: list[str] = []

    async def work() -> None:
        seen.append(variable.get())
        variable.set("changed")

    given = contextvars.copy_context()
    given.run(variable.set, "given")
    variable.set("caller's")
    for context in (None, given):
        await _loop.spawn(work, name="work", context=context).wait()
    assert seen == ["caller's", "given"]
    assert variable.get() == "caller's"
    assert given[variable] == "changed"


@pytest.mark.parametrize("early", [True, False])
async def test_a_slot_gives_its_first_value(early: bool) -> None:
    slot: _loop.Slot[int] = _loop.Slot()
    assert not slot.done

    def fill() -> None:
        slot.set(1)
        slot.set(2)
        slot.fail(ValueError())

    if early:
        fill()
    else:
        _loop.call_soon(fill)
    with anyio.fail_after(scaled(5)):
        assert await slot.wait() == 1
        assert await slot.wait() == 1
    assert slot.done


async def test_a_slot_raises_what_it_is_failed_with() -> None:
    slot: _loop.Slot[int] = _loop.Slot()
    slot.fail(KeyError("first"))
    slot.set(1)
    with pytest.raises(KeyError, match="first"):
        await slot.wait()


async def test_a_slot_whose_waiter_has_gone_can_be_filled() -> None:
    slot: _loop.Slot[int] = _loop.Slot()
    with anyio.move_on_after(0):
        await slot.wait()
    slot.set(1)
    assert await slot.wait() == 1


async def test_a_timer_fires_unless_it_is_cancelled() -> None:
    fired: list[str] = []
    last = anyio.Event()
    _loop.call_later(0, lambda: fired.append("cancelled")).cancel()
    timer = _loop.call_later(0.001, lambda: fired.append("fired"))
    _loop.call_later(0.002, last.set)
    with anyio.fail_after(scaled(5)):
        await last.wait()
    timer.cancel()
    assert fired == ["fired"]


async def test_soon_is_after_what_runs_now() -> None:
    order: list[str] = []
    done = anyio.Event()
    variable.set("present")

    def later() -> None:
        order.append(variable.get())
        done.set()

    _loop.call_soon(later)
    order.append("now")
    with anyio.fail_after(scaled(5)):
        await done.wait()
    assert order == ["now", "present"]


async def test_the_clock_does_not_go_back() -> None:
    first = _loop.now()
    await _loop.checkpoint()
    assert _loop.now() >= first


async def test_home_is_reached_from_its_own_thread_at_once_and_from_others_soon() -> None:
    home = _loop.Home()
    arrived = anyio.Event()
    threads: list[int] = []

    def note() -> None:
        threads.append(threading.get_ident())
        if len(threads) == 2:
            arrived.set()

    assert home.here
    home.post(note)
    assert len(threads) == 1

    def elsewhere() -> bool:
        home.post(note)
        return home.here

    assert await anyio.to_thread.run_sync(elsewhere) is False
    with anyio.fail_after(scaled(5)):
        await arrived.wait()
    assert set(threads) == {threading.get_ident()}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
async def test_a_home_that_has_ended_takes_no_calls(backend: str) -> None:
    async def live() -> _loop.Home:
        return _loop.Home()

    home = await anyio.to_thread.run_sync(lambda: anyio.run(live, backend=backend))
    home.post(lambda: pytest.fail("called in a loop that has ended"))


async def test_an_error_called_cancelled_is_no_cancellation() -> None:
    assert not _loop.being_cancelled(asyncio.CancelledError())
    assert not _loop.being_cancelled(ValueError())


async def test_a_cancellation_is_one() -> None:
    found: list[bool] = []

    async def work() -> None:
        try:
            await anyio.sleep_forever()
        except BaseException as error:
            found.append(_loop.being_cancelled(error))
            raise

    task = _loop.spawn(work, name="work")
    await anyio.wait_all_tasks_blocked()
    task.cancel()
    await task.wait()
    assert found == [True]
