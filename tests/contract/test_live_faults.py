"""A gateway to an API server that is unreachable, untrusted, unwilling, slow or broken: the right error, in time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop.cancellation import CancelToken
from desktop.cluster.gateway import Deletion, Verb, Write
from desktop.cluster.live import LiveGateway
from desktop.errors import (
    BulkheadError,
    Cancelled,
    ConnectionLost,
    Expired,
    Forbidden,
    ServerError,
    TlsError,
    TooManyRequests,
    TransportError,
    Unauthorized,
    Unreachable,
)
from desktop.reach.objects import Kind as Thing
from tests.contract.api_servers import live_gateway
from tests.helpers.api_server import ApiServer, Fault, Kind
from tests.helpers.api_server.certificates import Certificate, ca_pem
from tests.helpers.policies import Json, policy

Open = Callable[..., LiveGateway]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Give what opens a gateway for a server; ``user`` is a context, ``cluster`` replaces the cluster's settings."""
    gateways: list[LiveGateway] = []

    def open_(server: ApiServer, user: str = "admin", **cluster: Any) -> LiveGateway:
        path = tmp_path / f"kubeconfig-{len(gateways)}"
        path.write_text(server.kubeconfig(user, cluster={"server": server.url, **cluster} if cluster else None))
        gateways.append(live_gateway(path))
        return gateways[-1]

    yield open_
    for gateway in gateways:
        gateway.close()


@pytest.fixture
def gateway(api_server: ApiServer, opened: Open) -> LiveGateway:
    """Give the admin's gateway."""
    return opened(api_server)


def names(gateway: LiveGateway, token: CancelToken | None = None) -> list[str]:
    """List the policies of ``shop``."""
    token = token or CancelToken()
    return [thing.name for thing in gateway.list(Thing.NETWORK_POLICY, "shop", token, lambda *_: None).things]


def create(
    gateway: LiveGateway, name: str = "made", *, dry_run: bool = False, token: CancelToken | None = None
) -> None:
    document = policy(name)
    write = Write(Verb.CREATE, "shop", name, document, json.dumps(document))
    gateway.write(write, token or CancelToken(), dry_run=dry_run)


# --- not reached -----------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_unreachable_and_later_works_again(api_server: ApiServer, gateway: LiveGateway) -> None:
    api_server.add(policy("a"))
    assert names(gateway) == ["a"]
    api_server.refuse()
    with pytest.raises(Unreachable):
        names(gateway)
    api_server.listen()
    assert names(gateway) == ["a"]


def test_a_connection_that_the_server_closed_while_idle_is_no_failure(
    api_server: ApiServer, gateway: LiveGateway
) -> None:
    names(gateway)
    api_server.hang_up()
    assert names(gateway) == []


@pytest.mark.parametrize("certificate", [Certificate.EXPIRED, Certificate.OTHER_NAME, Certificate.OTHER_CA])
def test_a_certificate_that_is_not_good_is_refused_before_anything_is_sent(
    certificate: Certificate, opened: Open
) -> None:
    with ApiServer(certificate) as server:
        with pytest.raises(TlsError) as refused:
            names(opened(server))
        assert server.seen == []
    assert refused.value.code.startswith("tls.")


def test_a_wrong_ca_is_refused(api_server: ApiServer, opened: Open, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(ca_pem("other"))
    with pytest.raises(TlsError):
        names(opened(api_server, **{"certificate-authority": str(ca)}))


@pytest.mark.parametrize("certificate", list(Certificate))
def test_insecure_takes_any_certificate(certificate: Certificate, opened: Open) -> None:
    with ApiServer(certificate) as server:
        assert names(opened(server, **{"insecure-skip-tls-verify": True})) == []


def test_the_name_to_be_verified_may_be_given(opened: Open, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(ca_pem())
    with ApiServer(Certificate.OTHER_NAME) as server:
        gateway = opened(server, **{"certificate-authority": str(ca), "tls-server-name": "elsewhere.example"})
        assert names(gateway) == []


def test_a_client_certificate_is_enough_to_be_known(api_server: ApiServer, opened: Open) -> None:
    assert names(opened(api_server, "certificate")) == []


# --- refused ---------------------------------------------------------------------------------------------------------


def test_an_unknown_token_is_unauthorized_and_nobody_is_forbidden(api_server: ApiServer, opened: Open) -> None:
    with pytest.raises(Unauthorized):
        names(opened(api_server, "stranger"))
    with pytest.raises(Forbidden) as forbidden:
        names(opened(api_server, "anonymous"))
    assert "system:anonymous" in forbidden.value.message


def test_what_may_not_be_listed_is_forbidden_not_empty(api_server: ApiServer, opened: Open) -> None:
    with pytest.raises(Forbidden):
        opened(api_server, "viewer").list(Thing.SERVICE, None, CancelToken(), lambda *_: None)


@pytest.mark.parametrize(("code", "kind"), [(500, ServerError), (503, ServerError), (429, TooManyRequests)])
def test_a_server_that_cannot_now_says_so(
    api_server: ApiServer, gateway: LiveGateway, code: int, kind: type[BulkheadError]
) -> None:
    api_server.faults.add(Fault(Kind.ANSWER, code=code, headers=(("Retry-After", "7"),)))
    with pytest.raises(kind) as error:
        names(gateway)
    assert error.value.facts["status"] == code
    assert error.value.facts["retry_after"] == 7


def test_a_list_that_expired_between_its_pages_is_asked_for_anew(
    api_server: ApiServer, gateway: LiveGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.cluster.live.PAGE_SIZE", 2)
    api_server.add(*(policy(f"page-{number}") for number in range(5)))

    def forget(done: int, left: int | None) -> None:
        if api_server.count("list", "networkpolicies") == 1:
            api_server.compact()

    listing = gateway.list(Thing.NETWORK_POLICY, "shop", CancelToken(), forget)
    assert [thing.name for thing in listing.things] == [f"page-{number}" for number in range(5)]


def test_a_watch_from_a_forgotten_version_has_expired(api_server: ApiServer, gateway: LiveGateway) -> None:
    version = gateway.list(Thing.NETWORK_POLICY, "shop", CancelToken(), lambda *_: None).version
    api_server.add(policy("a"))
    api_server.compact()
    with pytest.raises(Expired):
        list(gateway.watch(Thing.NETWORK_POLICY, "shop", version, CancelToken()))


def test_a_redirect_is_not_followed(api_server: ApiServer, gateway: LiveGateway) -> None:
    with ApiServer() as elsewhere:
        location = f"{elsewhere.url}/apis/networking.k8s.io/v1/networkpolicies"
        api_server.faults.add(Fault(Kind.REDIRECT, location=location))
        with pytest.raises(BulkheadError):
            names(gateway)
        with pytest.raises(BulkheadError):
            create(gateway)
        assert elsewhere.seen == []


# --- slow, silent or broken off --------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 40, 200])
def test_a_list_that_is_cut_is_an_error_and_not_a_short_list(
    api_server: ApiServer, gateway: LiveGateway, after: int
) -> None:
    api_server.add(policy("a"), policy("b"))
    api_server.faults.add(Fault(Kind.CUT, after=after))
    with pytest.raises(ConnectionLost):
        names(gateway)


@pytest.mark.parametrize("fault", [Fault(Kind.CUT, method="POST", after=20), Fault(Kind.LOSE, method="POST")])
def test_a_write_that_is_cut_off_is_lost_and_may_have_taken_effect(
    api_server: ApiServer, gateway: LiveGateway, fault: Fault
) -> None:
    names(gateway)  # the write then goes out on a connection that has been used before
    api_server.faults.add(fault)
    with pytest.raises(ConnectionLost):
        create(gateway)
    assert api_server.count("create", "networkpolicies") == 1
    assert api_server.names("networkpolicies") == ["shop/made"]
    assert gateway.read("shop", "made", CancelToken()).name == "made"


def test_a_deletion_that_is_cut_off_is_lost(api_server: ApiServer, gateway: LiveGateway) -> None:
    api_server.add(policy("a"))
    uid = gateway.read("shop", "a", CancelToken()).uid
    api_server.faults.add(Fault(Kind.LOSE, method="DELETE"))
    with pytest.raises(ConnectionLost):
        gateway.delete(Deletion("shop", "a", uid), CancelToken())
    assert api_server.count("delete", "networkpolicies") == 1


def test_a_slow_body_arrives_whole(api_server: ApiServer, gateway: LiveGateway) -> None:
    api_server.add(policy("a"))
    api_server.faults.add(Fault(Kind.SLOW, rate=2000))
    assert names(gateway) == ["a"]


def test_a_watch_that_is_cut_amid_a_line_tells_no_half_event(api_server: ApiServer, gateway: LiveGateway) -> None:
    version = gateway.list(Thing.NETWORK_POLICY, "shop", CancelToken(), lambda *_: None).version
    api_server.add(policy("a"), policy("b"))
    api_server.faults.add(Fault(Kind.CUT, watch=True, after=1000))  # amid the second
    told: list[object] = []

    def follow() -> None:
        for event in gateway.watch(Thing.NETWORK_POLICY, "shop", version, CancelToken()):
            told.append(event)

    with pytest.raises(TransportError):
        follow()
    assert len(told) == 1


@pytest.mark.parametrize("deaf", [True, False])
def test_cancel_ends_a_list_from_a_black_hole_at_once(api_server: ApiServer, gateway: LiveGateway, deaf: bool) -> None:
    api_server.deaf = deaf
    api_server.faults.add(Fault(Kind.BLACK_HOLE))
    assert _cancelled_within_a_second(lambda token: names(gateway, token))


@pytest.mark.parametrize("fault", [Fault(Kind.SLOW, rate=50), Fault(Kind.BLACK_HOLE, watch=True)])
def test_cancel_ends_slow_answers_and_silent_watches_at_once(
    api_server: ApiServer, gateway: LiveGateway, fault: Fault
) -> None:
    names(gateway)
    api_server.faults.add(fault)
    assert _cancelled_within_a_second(
        lambda token: (
            list(gateway.watch(Thing.NETWORK_POLICY, "shop", "1", token)) if fault.watch else names(gateway, token)
        )
    )


def test_cancel_ends_a_watch_that_says_nothing_at_once(api_server: ApiServer, gateway: LiveGateway) -> None:
    api_server.faults.add(Fault(Kind.HUSH, watch=True))
    version = gateway.list(Thing.NETWORK_POLICY, "shop", CancelToken(), lambda *_: None).version
    assert _cancelled_within_a_second(lambda token: list(gateway.watch(Thing.NETWORK_POLICY, "shop", version, token)))


def test_to_cancel_a_write_that_is_under_way_leaves_it_unknown(api_server: ApiServer, gateway: LiveGateway) -> None:
    names(gateway)
    api_server.faults.add(Fault(Kind.BLACK_HOLE, method="POST"))
    with pytest.raises(ConnectionLost):
        _cancelling(lambda token: create(gateway, token=token))
    with pytest.raises(Cancelled):
        _cancelling(lambda token: create(gateway, dry_run=True, token=token))


def test_closing_ends_what_is_under_way(api_server: ApiServer, gateway: LiveGateway) -> None:
    api_server.faults.add(Fault(Kind.BLACK_HOLE))
    threading.Timer(0.3, gateway.close).start()
    started = time.monotonic()
    with pytest.raises(BulkheadError):
        names(gateway)
    assert time.monotonic() - started < 2


def _cancelling(job: Callable[[CancelToken], object]) -> None:
    """Run a job and cancel it a moment later."""
    token = CancelToken()
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    try:
        job(token)
    finally:
        timer.join()


def _cancelled_within_a_second(job: Callable[[CancelToken], object]) -> bool:
    started = time.monotonic()
    with pytest.raises(Cancelled):
        _cancelling(job)
    return time.monotonic() - started < 0.3 + 1


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_no_error_holds_a_secret(
    api_server: ApiServer, opened: Open, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    api_server.add(policy("a"))
    faults = [
        Fault(Kind.ANSWER, code=code, times=1, headers=(("X-Canary", "canary-header"),)) for code in (401, 500, 429)
    ]
    faults += [
        Fault(Kind.CUT, after=30, times=1),
        Fault(Kind.REDIRECT, location="https://canary-user:canary-word@elsewhere.example/?token=canary-query", times=1),
    ]
    errors: list[BulkheadError] = []
    for user in ("admin", "stranger", "anonymous", "certificate"):
        gateway = opened(api_server, user)
        for fault in faults:
            api_server.faults.clear()
            api_server.faults.add(fault)
            errors += _errors_of(partial(names, gateway), partial(create, gateway))
    api_server.refuse()
    errors += _errors_of(partial(names, opened(api_server)))
    assert len(errors) > 15
    said = [text for error in errors for text in _everything_said(error)]
    captured = capfd.readouterr()
    for text in (*said, caplog.text, captured.out, captured.err):
        assert "canary" not in text
        assert "PRIVATE KEY" not in text
    caplog.clear()


def _errors_of(*calls: Callable[[], object]) -> list[BulkheadError]:
    errors = []
    for call in calls:
        try:
            call()
        except BulkheadError as error:
            errors.append(error)
    return errors


def _everything_said(error: BaseException) -> Iterator[str]:
    """Yield what an error of ours says in any way (what it was caused by is for developers, and is not shown)."""
    yield str(error)
    yield repr(error)
    if isinstance(error, BulkheadError):
        yield repr(error.facts)
    yield repr(getattr(error, "causes", ""))


def test_no_secret_is_in_what_a_gateway_says_of_itself(api_server: ApiServer, gateway: LiveGateway) -> None:
    names(gateway)
    said: Json = {"repr": repr(gateway), "dict": repr(vars(gateway))}
    assert "canary" not in json.dumps(said)


def test_credentials_go_to_the_clusters_server_in_the_header_only(api_server: ApiServer, gateway: LiveGateway) -> None:
    names(gateway)
    create(gateway)
    token = api_server.access.tokens["admin"]
    for seen in api_server.seen:
        assert seen.request.headers["authorization"] == f"Bearer {token}"
        assert token not in seen.request.path + repr(seen.request.query) + repr(seen.request.body)
        assert seen.request.headers["user-agent"].startswith("bulkhead/")
