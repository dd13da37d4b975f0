import asyncio
from typing import Any

import pytest

from flows.operation.alerts import RULES, AlertAddressError, Kind, Receiver, send_test
from tests.flows.operation.receiver import mail_receiver, web_receiver


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("webhook", {"subject": "Fazhi: a test", "body": "This is how an alert looks."}),
        ("wecom", {"msgtype": "text", "text": {"content": "Fazhi: a test\nThis is how an alert looks."}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "Fazhi: a test\nThis is how an alert looks."}}),
    ],
)
def test_a_robot_gets_what_it_understands(kind: Kind, message: dict[str, Any]) -> None:
    with web_receiver() as receiver:
        asyncio.run(send_test([Receiver(kind, receiver.address)]))
        assert receiver.messages == [message]


def test_a_mailbox_gets_a_letter() -> None:
    with mail_receiver() as receiver:
        asyncio.run(send_test([Receiver("email", receiver.address)]))
    (letter,) = receiver.messages
    assert "Subject: Fazhi: a test" in letter
    assert "To: operator@example.org" in letter
    assert "This is how an alert looks." in letter


@pytest.mark.parametrize(
    ("kind", "address", "sentence"),
    [
        ("wecom", "693a91f6-7xxx", "begins with https://"),
        ("webhook", "file:///etc/passwd", "begins with https://"),
        ("email", "operator@example.org", "is written mailtos://"),
        ("apprise", "nosuch://x", "does not understand"),
    ],
)
def test_an_address_that_cannot_be_used_is_said(kind: Kind, address: str, sentence: str) -> None:
    with pytest.raises(AlertAddressError, match=sentence):
        Receiver(kind, address).block()


def test_a_robots_key_stands_in_no_open_field() -> None:
    block: Any = Receiver("wecom", "https://qyapi.example.org/send?key=geheim").block()
    assert "geheim" not in block.model_dump_json()
    assert "geheim" not in repr(block)


def test_every_rule_tells_something_or_does_something() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert bool(rule.subject and rule.body) != bool(rule.instead)
