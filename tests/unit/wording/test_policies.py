"""A policy's sentences say what the specification says, no more and no less."""

import pytest

from desktop.policy.objects import (
    Direction,
    IPBlock,
    LabelSelector,
    NetworkPolicy,
    Operator,
    Peer,
    Port,
    Requirement,
    Rule,
)
from desktop.wording.policies import direction_words, peer_words, port_words, rule_sentence, selector_words, sentences

ALL = LabelSelector()
INBOUND, OUTBOUND = Direction.INGRESS, Direction.EGRESS


def labels(**pairs: str) -> LabelSelector:
    return LabelSelector(tuple(sorted(pairs.items())))


def where(key: str, operator: Operator, *values: str) -> LabelSelector:
    return LabelSelector(expressions=(Requirement(key, operator, values),))


DEMO = NetworkPolicy(
    "default",
    "access-demo1",
    labels(role="db"),
    ingress=(Rule((Peer(labels(role="frontend")),), (Port("TCP", 6379),)),),
)


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (ALL, "every pod"),
        (labels(role="db"), "role=db"),
        (labels(app="web", tier="front"), "app=web, tier=front"),
        (labels(role=""), 'role=""'),
        (where("app", Operator.IN, "a", "b"), "app in (a, b)"),
        (where("app", Operator.IN, "a"), "app=a"),
        (where("app", Operator.NOT_IN, "a", ""), 'app not in (a, "")'),
        (where("tier", Operator.EXISTS), "any tier"),
        (where("tier", Operator.DOES_NOT_EXIST), "not tier"),
        (
            LabelSelector(
                (("role", "db"),),
                (Requirement("app", Operator.IN, ("a", "b")), Requirement("tier", Operator.DOES_NOT_EXIST)),
            ),
            "role=db, app in (a, b), not tier",
        ),
    ],
)
def test_a_selector_is_told_briefly(selector: LabelSelector, words: str) -> None:
    assert selector_words(selector) == words


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (Peer(ALL), "every pod in default"),
        (Peer(labels(role="db")), "pods with role=db in default"),
        (Peer(labels(role="db", tier="x")), "pods with role=db and tier=x in default"),
        (Peer(namespace_selector=ALL), "every pod in every namespace"),
        (Peer(labels(role="db"), ALL), "pods with role=db in every namespace"),
        (Peer(None, labels(env="prod")), "every pod in namespaces with env=prod"),
        (Peer(labels(role="db"), labels(env="prod")), "pods with role=db in namespaces with env=prod"),
        (Peer(None, LabelSelector((("kubernetes.io/metadata.name", "shop"),))), "every pod in shop"),
        (
            Peer(labels(role="db"), LabelSelector((("kubernetes.io/metadata.name", "shop"),))),
            "pods with role=db in shop",
        ),
        (Peer(None, where("kubernetes.io/metadata.name", Operator.IN, "shop", "pay")), "every pod in shop or pay"),
        (
            Peer(None, where("kubernetes.io/metadata.name", Operator.NOT_IN, "shop")),
            "every pod in namespaces without kubernetes.io/metadata.name=shop",
        ),
        (
            Peer(None, LabelSelector((("env", "prod"), ("kubernetes.io/metadata.name", "shop")))),
            "every pod in namespaces with env=prod and kubernetes.io/metadata.name=shop",
        ),
        (Peer(where("tier", Operator.DOES_NOT_EXIST)), "pods without any tier in default"),
        (Peer(where("tier", Operator.EXISTS)), "pods with any tier in default"),
        (Peer(where("tier", Operator.NOT_IN, "a")), "pods without tier=a in default"),
        (Peer(where("tier", Operator.NOT_IN, "a", "b")), "pods without tier in (a, b) in default"),
        (
            Peer(LabelSelector((("a", "1"), ("b", "2")), (Requirement("c", Operator.DOES_NOT_EXIST),))),
            "pods with a=1 and b=2 and without any c in default",
        ),
        (Peer(ip_block=IPBlock("10.0.0.0/8")), "addresses in 10.0.0.0/8"),
        (
            Peer(ip_block=IPBlock("172.17.0.0/16", ("172.17.1.0/24", "172.17.2.0/24"))),
            "addresses in 172.17.0.0/16 except 172.17.1.0/24 and 172.17.2.0/24",
        ),
        (Peer(ip_block=IPBlock("0.0.0.0/0")), "every IPv4 address (0.0.0.0/0)"),
        (Peer(ip_block=IPBlock("::/0")), "every IPv6 address (::/0)"),
        (Peer(), "no one (a peer that names neither pods nor addresses)"),
        (
            Peer(ALL, ip_block=IPBlock("0.0.0.0/0")),
            "no one (a peer with both addresses and labels, which the server refuses)",
        ),
    ],
)
def test_a_peer_is_told_with_all_its_conditions(peer: Peer, words: str) -> None:
    assert peer_words(peer, "default") == words


def test_an_own_namespace_not_yet_named_is_called_the_policys_own() -> None:
    assert peer_words(Peer(ALL), "") == "every pod in the policy's own namespace"


@pytest.mark.parametrize(
    ("port", "words"),
    [
        (Port("TCP", 6379), "TCP 6379"),
        (Port(), "every TCP port"),
        (Port("UDP"), "every UDP port"),
        (Port("SCTP", "diameter"), "the SCTP port named diameter"),
        (Port("TCP", 8000, 8100), "TCP 8000 to 8100"),
        (Port("TCP", 8000, 8000), "TCP 8000"),
        (Port("TCP", None, 8000), "no port (a range without its first port, which the server refuses)"),
    ],
)
def test_a_port_is_told_with_its_protocol(port: Port, words: str) -> None:
    assert port_words(port) == words


@pytest.mark.parametrize("nothing", [None, ()])
@pytest.mark.parametrize(
    ("direction", "sentence"),
    [
        (INBOUND, "Anyone may connect to every port of every protocol."),
        (OUTBOUND, "The selected pods may connect to any destination on every port of every protocol."),
    ],
)
def test_a_rule_without_peers_and_ports_admits_everything(
    direction: Direction, sentence: str, nothing: tuple[()] | None
) -> None:
    assert rule_sentence(direction, Rule(nothing, nothing), DEMO) == sentence


def test_peers_of_a_rule_are_alternatives_and_ports_are_collected() -> None:
    rule = Rule(
        (Peer(labels(role="web")), Peer(None, labels(env="prod")), Peer(ip_block=IPBlock("10.0.0.0/8"))),
        (Port("UDP", 53), Port("TCP", 53), Port("TCP", 53)),
    )
    assert rule_sentence(INBOUND, rule, DEMO) == (
        "Pods with role=web in default, or every pod in namespaces with env=prod, or addresses in 10.0.0.0/8 "
        "may connect to UDP 53 and TCP 53."
    )
    assert rule_sentence(OUTBOUND, rule, DEMO) == (
        "The selected pods may connect to pods with role=web in default, or every pod in namespaces with env=prod, "
        "or addresses in 10.0.0.0/8 on UDP 53 and TCP 53."
    )


def test_the_example_of_the_guide_reads_as_it_means() -> None:
    assert sentences(DEMO, 3) == (
        "Applies to 3 pods with role=db in default.",
        "Inbound: only what is listed.",
        "Pods with role=frontend in default may connect to TCP 6379.",
        "Outbound: not restricted by this policy.",
    )


@pytest.mark.parametrize(
    ("selector", "pods", "sentence"),
    [
        (labels(role="db"), 1, "Applies to 1 pod with role=db in default."),
        (labels(role="db"), 0, "Applies to pods with role=db in default; at present there are none."),
        (labels(role="db"), None, "Applies to pods with role=db in default."),
        (ALL, 12, "Applies to every pod in default: 12 pods."),
        (ALL, 0, "Applies to every pod in default; at present there are none."),
        (ALL, None, "Applies to every pod in default."),
    ],
)
def test_whom_a_policy_applies_to_says_how_many_only_where_known(
    selector: LabelSelector, pods: int | None, sentence: str
) -> None:
    assert sentences(NetworkPolicy("default", "p", selector), pods)[0] == sentence


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            NetworkPolicy("default", "p"),
            ("Inbound: nothing, unless another policy admits it.", "Outbound: not restricted by this policy."),
        ),
        (
            NetworkPolicy("default", "p", egress=()),
            ("Inbound: nothing, unless another policy admits it.", "Outbound: not restricted by this policy."),
        ),
        (
            NetworkPolicy("default", "p", policy_types=(INBOUND, OUTBOUND)),
            (
                "Inbound: nothing, unless another policy admits it.",
                "Outbound: nothing, unless another policy admits it.",
            ),
        ),
        (
            NetworkPolicy("default", "p", ingress=(Rule(),)),
            (
                "Inbound: everything is admitted by this policy.",
                "Anyone may connect to every port of every protocol.",
                "Outbound: not restricted by this policy.",
            ),
        ),
        (
            NetworkPolicy("default", "p", ingress=(Rule(),), policy_types=(OUTBOUND,)),
            (
                "Inbound: not restricted by this policy. Its inbound rules are not in force, because its policyTypes "
                "do not name Ingress.",
                "Outbound: nothing, unless another policy admits it.",
            ),
        ),
        (
            NetworkPolicy("default", "p", ingress=(), egress=(Rule(),), policy_types=(INBOUND,)),
            (
                "Inbound: nothing, unless another policy admits it.",
                "Outbound: not restricted by this policy. Its outbound rules are not in force, because its policyTypes "
                "do not name Egress.",
            ),
        ),
    ],
)
def test_each_direction_is_told_as_the_server_would_take_it(policy: NetworkPolicy, said: tuple[str, ...]) -> None:
    assert sentences(policy, None)[1:] == said


@pytest.mark.parametrize(("rules", "words"), [(None, "not restricted"), (0, "nothing"), (1, "1 rule"), (2, "2 rules")])
def test_a_direction_is_told_briefly(rules: int | None, words: str) -> None:
    assert direction_words(rules) == words


def test_no_text_of_a_policy_reaches_the_screen_raw() -> None:
    hostile = "a\u202e\x1b"
    selector = LabelSelector(((hostile, hostile),), (Requirement(hostile, Operator.IN, (hostile, hostile)),))
    rule = Rule(
        (Peer(selector, selector), Peer(ip_block=IPBlock(hostile, (hostile,)))),
        (Port(hostile, 1), Port("TCP", hostile)),
    )
    policy = NetworkPolicy(hostile, hostile, selector, (rule,), (rule,))
    said = " ".join([*sentences(policy, 1), *sentences(policy, None), selector_words(selector)])
    assert "\u202e" not in said
    assert "\x1b" not in said
