"""A reproduction as JUnit XML, which continuous integration services show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from harness.reproduction.reproduction import Reproduction, Row
from harness.reproduction.verdict import Verdict

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
_ELEMENTS = {Verdict.DIFFERENT: "failure", Verdict.FAILED: "error", Verdict.CANNOT: "skipped"}


def junit(found: Reproduction) -> bytes:
    """One test suite, one test case a row: different is a failure, failed an error, cannot run skipped."""
    counts = found.counts()
    numbers = {
        "tests": len(found.rows),
        "failures": counts[Verdict.DIFFERENT],
        "errors": counts[Verdict.FAILED],
        "skipped": counts[Verdict.CANNOT],
    }
    attributes = {"name": "harness reproduce", **{name: str(count) for name, count in numbers.items()}}
    root = ET.Element("testsuites", attributes)
    suite = ET.SubElement(root, "testsuite", attributes)
    for row in found.rows:
        _case(suite, row)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, row: Row) -> None:
    place = ".".join(part for part in (row.dataset, row.system) if part)
    case = ET.SubElement(
        suite, "testcase", {"classname": _clean(place), "name": _clean(row.measure or "file")}
    )
    if row.verdict in _ELEMENTS:
        message = _clean(_message(row))
        summary = {"message": message.partition("\n")[0], "type": str(row.verdict)}
        ET.SubElement(case, _ELEMENTS[row.verdict], summary).text = message


def _message(row: Row) -> str:
    if row.expected is None or row.found is None or row.tolerance is None:
        return row.reason or str(row.verdict)
    told = f"expected {row.expected:.4f}, found {row.found:.6f}, tolerance {row.tolerance:g}"
    return f"{told}: {row.reason}" if row.reason else told


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold even when escaped."""
    return _NOT_XML.sub("\ufffd", text)
