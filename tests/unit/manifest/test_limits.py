"""Any text is accepted or refused within a second and 100 MB: the worst that are known, each in its own process."""

import json
import subprocess
import sys

import pytest

_MEASURE = """
import json, re, sys, time
from pathlib import Path
from desktop.manifest.reader import read
MIB3 = 3 << 20
def line(text, size=MIB3):
    return text * (size // len(text.encode()))
def memory(field):
    return int(re.search(field + ":\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
text = eval(sys.argv[1])
before = memory("VmRSS")
started = time.process_time()
reading = read(text)
seconds = time.process_time() - started
print(json.dumps([seconds, memory("VmHWM") - before, [finding.code for finding in reading.findings][:1]]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("line('- a\\n')", ["yaml.too-many-nodes"]),
        ("line('- 😀\\n')", ["yaml.too-many-nodes"]),
        ("line('a: 1\\n')", ["yaml.too-many-nodes"]),
        ("'- []\\n' * 49_999", []),
        ("''.join(f'k{i}: {{a: v}}\\n' for i in range(24_999))", []),
        ("line('[')", ["yaml.too-deep"]),
        ("line('{a: ')", ["yaml.too-deep"]),
        ("line('? ')", ["yaml.too-deep"]),
        ("'a: &a [' + 'x, ' * 999 + ']\\nb: [' + '*a, ' * 9 + ']\\n' + line('# c\\n', 3_000_000)", []),
        ("'a' * MIB3", []),
        ("'\"' + '\\n' * (MIB3 - 2) + '\"'", []),
        ("'.' + '1' * (MIB3 - 1)", []),
        ("line('%TAG !a! x\\n')", ["yaml.directive"]),
        ("'\\n' * MIB3", []),
        ("line('---\\na\\n')", ["yaml.too-many-documents"]),
        ("line('a: !foo b\\n---\\n', 9_000 * 14)", ["yaml.tag"]),
    ],
)
def test_requirement_11_the_worst_texts_cost_a_second_and_100_mb_at_most(text: str, codes: list[str]) -> None:
    answer = subprocess.run([sys.executable, "-c", _MEASURE, text], capture_output=True, check=True, timeout=30)
    seconds, memory, found = json.loads(answer.stdout)
    assert found == codes
    assert seconds < 1
    assert memory < 100_000_000
