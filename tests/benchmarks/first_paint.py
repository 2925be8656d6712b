"""One start of a window in a process of its own: ``python -m tests.benchmarks.first_paint (ours|empty)``.

Writes the time of ``time.perf_counter`` at the first paint, which on one machine all processes count alike.
"""

import contextlib
import io
import json
import sys
import time


def ours() -> float:
    """Start the program as a person does, on the sample cluster."""
    from desktop import __main__ as program  # noqa: PLC0415  what is measured is imported by itself

    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        code = program.main(["--smoke-test"])
    if code:
        sys.exit(code)
    after: int = json.loads(written.getvalue())["first_paint_ms"]
    return program._STARTED + after / 1000


def empty() -> float:
    """Show an empty window of the same size."""
    from PySide6.QtCore import QTimer  # noqa: PLC0415  as above
    from PySide6.QtGui import QPaintEvent  # noqa: PLC0415
    from PySide6.QtWidgets import QApplication, QMainWindow  # noqa: PLC0415

    painted: list[float] = []

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, done)

    def done() -> None:
        painted.append(time.perf_counter())
        application.quit()

    application = QApplication([])
    window = Window()
    window.resize(1280, 720)
    window.show()
    application.exec()
    return painted[0]


if __name__ == "__main__":
    sys.stdout.write(f"{ours() if sys.argv[1] == 'ours' else empty()}\n")
