"""When Ctrl-C arrives in and after a block that holds it back."""

import signal
import threading

import pytest

from bpflab.interrupts import held_back


def interrupt():
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def test_an_interrupt_is_delivered_after_the_block():
    """The block runs to its end; KeyboardInterrupt comes where it is left."""
    steps = []
    with pytest.raises(KeyboardInterrupt):
        with held_back():
            interrupt()
            steps.append("inside")
        steps.append("behind")
    assert steps == ["inside"]


def test_many_interrupts_are_one():
    """An impatient reader gets one KeyboardInterrupt, and none is left over for later."""
    with pytest.raises(KeyboardInterrupt), held_back():
        for _ in range(3):
            interrupt()
    with held_back():
        pass


def test_without_an_interrupt_nothing_happens():
    """The handler of before is back, and the next Ctrl-C acts at once."""
    before = signal.getsignal(signal.SIGINT)
    with held_back():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_nested_blocks_deliver_when_the_outermost_ends():
    """What came in the inner block waits for the outer one."""
    steps = []
    with pytest.raises(KeyboardInterrupt), held_back():
        with held_back():
            interrupt()
            steps.append("inner")
        steps.append("outer")
    assert steps == ["inner", "outer"]


def test_an_exception_in_the_block_still_puts_the_handler_back():
    """The exception goes on as it was, and Ctrl-C is nobody else's any more."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), held_back():
        _ = 1 / 0
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_and_an_exception_are_both_told():
    """The interrupt is delivered, and the block's own exception is its context."""
    with pytest.raises(KeyboardInterrupt) as caught, held_back():
        interrupt()
        _ = 1 / 0
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_in_a_thread_it_changes_nothing():
    """Python delivers signals to the main thread alone, so the handler stays as it is."""
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with held_back():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_caller_that_ignores_interrupts_stays_undisturbed():
    """SIG_IGN is put back, and what came is ignored as it would have been."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_callers_own_handler_gets_the_signal():
    """A handler that is not Python's default is called once, with the signal's number."""
    numbers = []
    before = signal.signal(signal.SIGINT, lambda number, frame: numbers.append(number))
    try:
        with held_back():
            interrupt()
            interrupt()
            assert numbers == []
        assert numbers == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)
