"""Warnings of a server are shown once; what a program says is shown each time."""

from desktop.cluster.notices import PluginSays, ServerWarns
from desktop.session.notices import NoticeBoard


def test_a_warning_is_given_once_for_each_cluster() -> None:
    board = NoticeBoard()
    for cluster in ("a", "a", "b"):
        board.put(cluster, ServerWarns("old API"))
    assert board.take() == (("a", ServerWarns("old API")), ("b", ServerWarns("old API")))
    board.put("a", ServerWarns("old API"))
    assert board.take() == ()


def test_what_a_program_says_is_given_each_time() -> None:
    board = NoticeBoard()
    for _ in range(2):
        board.put("a", PluginSays("aws", "enter the code"))
    assert board.take() == (("a", PluginSays("aws", "enter the code")),) * 2
