"""The codes of ``desktop.policy.advice`` and ``desktop.reach.advice``: what is worth knowing of a policy, and fixes.

A reason says why, and where that is written: the field of the API, or the document.
"""

from desktop.language import tr, tr_n
from desktop.wording.facts import Facts, Say

_API = "Kubernetes API, networking.k8s.io/v1, {field}"
_CONCEPTS = "Kubernetes documentation, Network Policies"


def _inbound(f: Facts) -> bool:
    return f["direction"] == "Ingress"


def _without_effect(f: Facts) -> str:
    if f["rules"] == "0":
        return (
            tr("“ingress: []” restricts nothing here: policyTypes does not name Ingress.")
            if _inbound(f)
            else tr("“egress: []” restricts nothing here: policyTypes does not name Egress.")
        )
    return (
        tr("The inbound rules have no effect: policyTypes does not name Ingress.")
        if _inbound(f)
        else tr("The outbound rules have no effect: policyTypes does not name Egress.")
    )


def _nothing(f: Facts) -> str:
    return (
        tr("Inbound traffic is restricted and no rule admits any: nothing comes in.")
        if _inbound(f)
        else tr("Outbound traffic is restricted and no rule admits any: nothing goes out.")
    )


def _opens_all(f: Facts) -> str:
    return (
        tr(
            "Anyone may connect to every pod in {namespace}. Policies only add, so no other one "
            "restricts inbound there.",
            **f,
        )
        if _inbound(f)
        else tr(
            "Every pod in {namespace} may connect anywhere. Policies only add, so no other one "
            "restricts outbound there.",
            **f,
        )
    )


def _everyone(f: Facts) -> str:
    return (
        tr("This rule admits everyone, on every port.")
        if _inbound(f)
        else tr("This rule lets the pods connect anywhere, on every port.")
    )


def _empty_list(f: Facts) -> str:
    match f["list"]:
        case "ports":
            return tr("“ports: []” means every port, not none.")
        case "from":
            return tr("“from: []” means anyone, not nobody.")
        case _:
            return tr("“to: []” means anywhere, not nowhere.")


def _rule_in_rule(f: Facts) -> str:
    if f["same"] == "true":
        return tr("Rule {rule} says the same as rule {other}.", **f)
    return tr("Rule {rule} adds nothing: rule {other} admits all of it.", **f)


def _no_pods(f: Facts) -> str:
    if f["namespace"]:
        return tr("This matches no pod in {namespace}.", **f)
    return tr_n(
        "This matches no pod in the {count} namespace where it looks.",
        "This matches no pod in the {count} namespaces where it looks.",
        int(f["namespaces"]),
    )


def _perhaps_one(f: Facts) -> str:
    if f["nothing"] == "true":
        return tr(
            "These are two peers, and no pod in {namespace} matches the one without a namespace: "
            "one peer was probably meant.",
            **f,
        )
    return tr("These are two peers: whoever matches either of them is admitted, not only whoever matches both.")


def _dns(f: Facts) -> str:
    if f["known"] == "true":
        return tr("Some of these pods cannot resolve names: no policy lets them reach DNS (UDP and TCP {port}).", **f)
    return tr(
        "No rule here allows DNS (UDP and TCP {port}). Unless another policy does, these pods cannot resolve names.",
        **f,
    )


ADVICE: dict[str, Say] = {
    "advice.direction-without-effect": _without_effect,
    "advice.nothing-admitted": _nothing,
    "advice.empty-list": _empty_list,
    "advice.opens-all": _opens_all,
    "advice.admits-everyone": _everyone,
    "advice.no-such-labels": lambda f: tr("Nothing can match: the requirements on {keys} contradict each other.", **f),
    "advice.generated-label": lambda f: tr(
        "The label {key} changes with each rollout: after the next one this matches nothing.", **f
    ),
    "advice.one-family": lambda f: tr(
        "{value} is every address of one family only; every address of the other is {other}.", **f
    ),
    "advice.except-all": lambda f: tr("The exceptions leave nothing of {value}: this matches nobody.", **f),
    "advice.except-twice": lambda f: tr("The exception {value} is already part of the exception {other}.", **f),
    "advice.rule-in-rule": _rule_in_rule,
    "advice.no-such-namespace": lambda f: tr("There is no namespace called {name}.", **f),
    "advice.namespace-unnamed": lambda f: tr(
        "The namespace {name} does not carry its name as a label, so it cannot be chosen by its name.", **f
    ),
    "advice.namespace-empty": lambda f: tr("There is no pod in {namespace} now.", **f),
    "advice.selects-nothing": lambda f: tr(
        "No pod in {namespace} has these labels: the policy applies to nothing.", **f
    ),
    "advice.selects-host-network": lambda f: tr(
        "Only pods on the host network have these labels, and policies do not apply to those."
    ),
    "advice.some-on-host-network": lambda f: tr(
        "Some pods with these labels are on the host network, and policies do not apply to those."
    ),
    "advice.peer-no-namespace": lambda f: tr("No namespace has these labels: this matches nobody."),
    "advice.peer-no-pods": _no_pods,
    "advice.peer-on-host-network": lambda f: tr(
        "Only pods on the host network match. Their traffic has the node's address, and may not be recognized as "
        "theirs."
    ),
    "advice.peers-perhaps-one": _perhaps_one,
    "advice.port-name-nowhere": lambda f: tr(
        "None of the pods has a {protocol} port called “{name}”: this admits nothing.", **f
    ),
    "advice.port-name-partly": lambda f: tr("Some of the pods have no {protocol} port called “{name}”.", **f),
    "advice.service-port": lambda f: tr(
        "{port} is the port of the Service {service}. Policies see the pods' port, which is {target}.", **f
    ),
    "advice.port-undeclared": lambda f: tr("None of the pods declares the {protocol} port {port}.", **f),
    "advice.block-of-pod": lambda f: tr(
        "{value} is the address of the pod {name} in {namespace}; the pod that replaces it has another.", **f
    ),
    "advice.block-of-service": lambda f: tr(
        "{value} is the address of the Service {name} in {namespace}. Policies see the pods behind it.", **f
    ),
    "advice.block-of-cluster": lambda f: tr(
        "{value} contains addresses of pods, nodes or Services. Network plug-ins differ on whether it matches them.",
        **f,
    ),
    "advice.dns-cut-off": _dns,
    "advice.dns-one-protocol": lambda f: tr("DNS needs UDP and TCP; {missing} {port} is missing.", **f),
    "advice.duplicate": lambda f: tr("The policy {other} selects the same pods and says the same.", **f),
    "advice.rule-in-policy": lambda f: tr(
        "Rule {rule} adds nothing: rule {other_rule} of {other} admits all of it.", **f
    ),
}

FIXES: dict[str, Say] = {
    "fix.use": lambda f: tr("Use {value}", **f),
    "fix.add-policy-type": lambda f: tr("Add {direction}", **f),
    "fix.remove-policy-type": lambda f: tr("Remove {direction}", **f),
    "fix.only-type": lambda f: tr("Outbound only"),
    "fix.own-namespace": lambda f: tr("Own namespace only"),
    "fix.say-every-port": lambda f: tr("Remove the empty list"),
    "fix.add-block": lambda f: tr("Add {value}", **f),
    "fix.remove-exception": lambda f: tr("Remove {value}", **f),
    "fix.remove-label": lambda f: tr("Remove {key}", **f),
    "fix.remove-rule": lambda f: tr("Remove rule {rule}", **f),
    "fix.join-peers": lambda f: tr("Join the two"),
    "fix.allow-dns": lambda f: tr("Allow DNS"),
    "fix.add-port": lambda f: tr("Add {protocol} {port}", **f),
}
"""The words of a button."""

HINTS: dict[str, Say] = {
    "advice.selects-nothing": lambda f: tr("Compare the selector with the labels of the pods."),
    "advice.namespace-unnamed": lambda f: tr("Choose it by another of its labels."),
    "advice.block-of-pod": lambda f: tr("Choose pods by their labels."),
    "advice.block-of-service": lambda f: tr("Choose pods by their labels."),
    "advice.peers-perhaps-one": lambda f: tr("To require both, write both selectors in one peer."),
}


def sourced(source: str, say: Say) -> Say:
    """Return a reason with its source."""
    return lambda f: tr("{reason} (Source: {source})", reason=say(f), source=source)


def _api(field: str, say: Say) -> Say:
    return sourced(_API.format(field=field), say)


def _adds(f: Facts) -> str:
    return tr("Policies only add: what one rule admits, no other rule takes away.")


def _labels(f: Facts) -> str:
    return tr("A peer matches the pods whose labels fit in the namespaces whose labels fit.")


def _host(f: Facts) -> str:
    return tr("Pods on the host network have the address of their node, and what they send is the node's traffic.")


def _pod_ports(f: Facts) -> str:
    return tr("Ports are those of the pods: policies see traffic after the Service has led it to a pod.")


def _names(f: Facts) -> str:
    return tr("A port's name is looked up, with its protocol, on each destination pod.")


def _blocks(f: Facts) -> str:
    return tr(
        "Blocks are meant for addresses outside the cluster: those of pods do not last, and it is not defined whether "
        "addresses are compared before or after they are translated."
    )


REASONS: dict[str, Say] = {
    "advice.direction-without-effect": _api(
        "NetworkPolicySpec.policyTypes",
        lambda f: tr(
            "Only the directions in policyTypes are restricted; where it is absent these are Ingress, and Egress if "
            "there is at least one outbound rule."
        ),
    ),
    "advice.nothing-admitted": _api(
        "NetworkPolicySpec.policyTypes",
        lambda f: tr(
            "A direction that is restricted and has no rule admits nothing. Traffic between a pod and its own node, "
            "as of probes, is always allowed."
        ),
    ),
    "advice.empty-list": _api(
        "NetworkPolicyIngressRule, NetworkPolicyEgressRule",
        lambda f: tr("A list that is empty or absent matches everything."),
    ),
    "advice.opens-all": _api("NetworkPolicySpec", _adds),
    "advice.admits-everyone": _api(
        "NetworkPolicyIngressRule, NetworkPolicyEgressRule",
        lambda f: tr("A list that is empty or absent matches everything."),
    ),
    "advice.no-such-labels": _api("LabelSelector", lambda f: tr("All requirements of a selector must hold at once.")),
    "advice.generated-label": sourced(
        "Kubernetes documentation, Well-Known Labels",
        lambda f: tr("Controllers put this label on pods to tell one rollout from another."),
    ),
    "advice.one-family": _api("IPBlock.cidr", lambda f: tr("A block is of one address family.")),
    "advice.except-all": _api("IPBlock.except", lambda f: tr("Exceptions are taken out of the block.")),
    "advice.except-twice": _api("IPBlock.except", lambda f: tr("Exceptions are taken out of the block.")),
    "advice.rule-in-rule": _api("NetworkPolicySpec", _adds),
    "advice.rule-in-policy": _api("NetworkPolicySpec", _adds),
    "advice.duplicate": _api("NetworkPolicySpec", _adds),
    "advice.no-such-namespace": sourced(
        "Kubernetes documentation, Namespaces",
        lambda f: tr("Since version 1.21 the label kubernetes.io/metadata.name of a namespace is its name."),
    ),
    "advice.namespace-unnamed": sourced(
        "Kubernetes documentation, Namespaces",
        lambda f: tr("Since version 1.21 the label kubernetes.io/metadata.name of a namespace is its name."),
    ),
    "advice.namespace-empty": _api(
        "NetworkPolicySpec.podSelector", lambda f: tr("A policy selects pods of its own namespace.")
    ),
    "advice.selects-nothing": _api(
        "NetworkPolicySpec.podSelector", lambda f: tr("A policy selects pods of its own namespace.")
    ),
    "advice.selects-host-network": sourced(_CONCEPTS, _host),
    "advice.some-on-host-network": sourced(_CONCEPTS, _host),
    "advice.peer-no-namespace": _api("NetworkPolicyPeer.namespaceSelector", _labels),
    "advice.peer-no-pods": _api("NetworkPolicyPeer.podSelector", _labels),
    "advice.peer-on-host-network": sourced(_CONCEPTS, _host),
    "advice.peers-perhaps-one": _api(
        "NetworkPolicyPeer",
        lambda f: tr("Two selectors in one peer must both fit; of several peers one is enough."),
    ),
    "advice.port-name-nowhere": _api("NetworkPolicyPort.port", _names),
    "advice.port-name-partly": _api("NetworkPolicyPort.port", _names),
    "advice.service-port": _api("NetworkPolicyPort.port", _pod_ports),
    "advice.port-undeclared": _api("NetworkPolicyPort.port", _pod_ports),
    "advice.block-of-pod": sourced(_CONCEPTS, _blocks),
    "advice.block-of-service": sourced(_CONCEPTS, _blocks),
    "advice.block-of-cluster": sourced(_CONCEPTS, _blocks),
    "advice.dns-cut-off": sourced(
        "RFC 1035, RFC 7766",
        lambda f: tr(
            "A restricted pod needs a rule for DNS, too: names are asked for over UDP, and long answers come over TCP."
        ),
    ),
    "advice.dns-one-protocol": _api(
        "NetworkPolicyPort.protocol",
        lambda f: tr(
            "A port without a protocol is TCP only. Names are asked for over UDP, and long answers come over TCP."
        ),
    ),
}
