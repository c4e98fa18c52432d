"""The ledger: every event is legal in every state, and each request is answered once or not at all."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from mcp.shared.conversation import Admission, Conversation

Ledger = Conversation[str, object]


def test_ids_of_ours_count_up_and_are_never_used_again() -> None:
    ledger: Ledger = Conversation()
    assert ledger.next_id == 0
    assert [ledger.ask("a"), ledger.ask("b")] == [0, 1]
    assert ledger.answered(0) == "a"
    assert ledger.ask("c") == 2
    assert ledger.asked == 2


@pytest.mark.parametrize("answer_to", ["0", 7, None, ""])
def test_an_answer_is_told_by_value_and_type_of_its_id(answer_to: Any) -> None:
    ledger: Ledger = Conversation()
    ledger.ask("a")
    assert ledger.answered(answer_to) is None
    assert ledger.answered(0) == "a"
    assert ledger.answered(0) is None, "a second answer belongs to nobody"


@pytest.mark.parametrize("token", ["0", True, False, None, 0.5, [], {}])
def test_progress_is_told_by_value_and_type_of_its_token(token: object) -> None:
    ledger: Ledger = Conversation()
    ledger.ask("a")
    ledger.ask("b")
    assert ledger.progressing(token) is None
    assert ledger.progressing(1) == "b"
    ledger.answered(1)
    assert ledger.progressing(1) is None


def test_giving_up_is_told_once_and_only_while_it_can_be() -> None:
    ledger: Ledger = Conversation()
    first, second, third = ledger.ask("a"), ledger.ask("b"), ledger.ask("c")
    assert ledger.give_up(first) is True
    assert ledger.give_up(first) is False
    ledger.answered(second)
    assert ledger.give_up(second) is False, "the answer is here"
    ledger.end_of_input()
    assert ledger.give_up(third) is False, "nobody is there to be told"


@pytest.mark.parametrize("other", ["1", 2, "", "one"])
def test_requests_are_told_apart_by_value_and_type_of_their_id(other: str | int) -> None:
    ledger: Ledger = Conversation()
    one, two = object(), object()
    assert ledger.receive(1, one) is Admission.ADMITTED
    assert ledger.receive(other, two) is Admission.ADMITTED
    assert ledger.receive(1, object()) is Admission.DUPLICATE
    assert ledger.cancel(other) is two
    assert ledger.reply(1, one) is True


@pytest.mark.parametrize("name", [True, None, 1.0, [1], {"id": 1}, "1"])
def test_a_cancellation_that_names_no_request_is_without_effect(name: object) -> None:
    ledger: Ledger = Conversation()
    item = object()
    ledger.receive(1, item)
    assert ledger.cancel(name) is None
    assert ledger.reply(1, item) is True


def test_the_late_answer_of_a_cancelled_request_does_not_answer_the_next_with_its_id() -> None:
    ledger: Ledger = Conversation()
    old, new = object(), object()
    ledger.receive("a", old)
    ledger.cancel("a")
    assert ledger.receive("a", new) is Admission.ADMITTED
    assert ledger.reply("a", old) is False
    assert ledger.reply("a", new) is True
    assert ledger.reply("a", new) is False


def test_the_number_of_requests_in_flight_is_bounded() -> None:
    ledger: Ledger = Conversation(limit=2)
    items = [object(), object()]
    assert [ledger.receive(n, item) for n, item in enumerate(items)] == [Admission.ADMITTED] * 2
    assert ledger.receive(2, object()) is Admission.FULL
    assert ledger.receive(0, object()) is Admission.DUPLICATE, "which id it is is the better news"
    ledger.reply(0, items[0])
    assert ledger.receive(2, object()) is Admission.ADMITTED


def test_the_default_limit_is_256() -> None:
    ledger: Ledger = Conversation()
    assert {ledger.receive(n, object()) for n in range(256)} == {Admission.ADMITTED}
    assert ledger.receive(256, object()) is Admission.FULL


def test_after_the_end_of_input_what_is_served_is_still_answered() -> None:
    ledger: Ledger = Conversation()
    item = object()
    ledger.receive(1, item)
    ledger.ask("a")
    assert ledger.end_of_input() == ["a"]
    assert ledger.closed
    assert ledger.end_of_input() == []
    assert ledger.receive(2, object()) is Admission.CLOSED
    assert ledger.reply(1, item) is True


def test_after_the_close_nothing_is_answered() -> None:
    ledger: Ledger = Conversation()
    item = object()
    ledger.receive(1, item)
    ledger.ask("a")
    assert ledger.close() == (["a"], [item])
    assert ledger.close() == ([], [])
    assert ledger.served == 0
    assert ledger.reply(1, item) is False
    assert ledger.cancel(1) is None


class State(Enum):
    """Where a request stands, seen from who serves it."""

    RECEIVED = "received"
    STARTED = "started"
    CANCELLING = "cancelling"
    REPLIED = "replied"
    GONE = "gone"


class Request:
    """One request that was received, with the state that a model of the ledger has it in."""

    def __init__(self, request_id: str | int, state: State) -> None:
        self.id = request_id
        self.state = state

    @property
    def in_flight(self) -> bool:
        """Whether an answer is owed."""
        return self.state in (State.RECEIVED, State.STARTED)


IDS = st.sampled_from([0, 1, "0", "1", ""])


class LedgerMachine(RuleBasedStateMachine):
    """Both ends do anything at any time; each request is answered at most once, and only while it may be."""

    requests = Bundle[Request]("requests")
    questions = Bundle[int]("questions")

    @initialize(limit=st.integers(1, 4))
    def begin(self, limit: int) -> None:
        """Open the connection."""
        self.ledger: Conversation[int, Request] = Conversation(limit=limit)
        self.limit = limit
        self.known: list[Request] = []
        self.waiting: set[int] = set()
        self.deaf = self.mute = False

    def _holder(self, request_id: object) -> Request | None:
        alive = (each for each in self.known if each.in_flight)
        return next(
            (each for each in alive if each.id == request_id and type(each.id) is type(request_id)), None
        )

    @rule(target=requests, request_id=IDS)
    def receive(self, request_id: str | int) -> Request:
        """A request arrives."""
        request = Request(request_id, State.GONE)
        admission = self.ledger.receive(request_id, request)
        if self.deaf:
            assert admission is Admission.CLOSED
        elif self._holder(request_id) is not None:
            assert admission is Admission.DUPLICATE
        elif sum(each.in_flight for each in self.known) >= self.limit:
            assert admission is Admission.FULL
        else:
            assert admission is Admission.ADMITTED
            request.state = State.RECEIVED
        self.known.append(request)
        return request

    @rule(request=requests)
    def start(self, request: Request) -> None:
        """Its handler takes the first step."""
        if request.state is State.RECEIVED:
            request.state = State.STARTED

    @rule(request_id=IDS | st.sampled_from([True, 1.0, None]))
    def cancel(self, request_id: object) -> None:
        """The client no longer wants the answer to something."""
        holder = None if isinstance(request_id, bool | float) else self._holder(request_id)
        assert self.ledger.cancel(request_id) is holder
        if holder is not None:
            holder.state = State.CANCELLING

    @rule(request=requests)
    def reply(self, request: Request) -> None:
        """Its handler comes to an end."""
        assert self.ledger.reply(request.id, request) is request.in_flight
        request.state = State.REPLIED if request.in_flight else State.GONE

    @rule(target=questions)
    def ask(self) -> int:
        """We ask, which is possible as long as answers come."""
        question = self.ledger.next_id
        if not self.deaf:
            assert self.ledger.ask(question) == question
            self.waiting.add(question)
        return question

    @rule(question=questions)
    def answer(self, question: int) -> None:
        """An answer arrives, perhaps again."""
        assert self.ledger.answered(str(question)) is None
        found = self.ledger.answered(question)
        assert (found == question) is (question in self.waiting)
        self.waiting.discard(question)

    @rule(question=questions)
    def give_up(self, question: int) -> None:
        """Who asked goes away."""
        assert self.ledger.give_up(question) is (question in self.waiting)
        self.waiting.discard(question)

    @rule(question=questions)
    def progress(self, question: int) -> None:
        """The other end reports progress, perhaps too late."""
        assert (self.ledger.progressing(question) is not None) is (question in self.waiting)

    @rule()
    def end_of_input(self) -> None:
        """Nothing arrives any more."""
        assert set(self.ledger.end_of_input()) == self.waiting
        self.waiting.clear()
        self.deaf = True

    @rule()
    def close(self) -> None:
        """Nothing goes out any more."""
        waiting, serving = self.ledger.close()
        assert set(waiting) == self.waiting
        assert set(serving) == {each for each in self.known if each.in_flight}
        for request in serving:
            request.state = State.GONE
        self.waiting.clear()
        self.deaf = self.mute = True

    @invariant()
    def counts(self) -> None:
        """The ledger holds what is in flight, and nothing else."""
        assert self.ledger.served == sum(each.in_flight for each in self.known)
        assert self.ledger.asked == len(self.waiting)
        assert self.ledger.closed is self.deaf


LedgerMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestLedger = LedgerMachine.TestCase
