"""How much one submission may bring before reading it stops."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.runfiles.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionLimits:
    """Bounds that keep a hostile or broken upload from filling memory, disk or time.

    Attributes:
        upload_bytes: bytes of the upload as it comes.
        unpacked_bytes: bytes of all its files together, archives unpacked.
        ratio: unpacked bytes for one byte of an archive; run files reach 5 to 30.
        ratio_grace: unpacked bytes up to which the ratio is not looked at.
        archive_entries: files and folders in an archive or a folder.
        runs: runs, that is data sets, in one submission.
        card_bytes, manifest_bytes: bytes of one card and of the manifest.
        run: the limits of each run file; less grace than elsewhere, since scanning blank lines takes memory.
        quarantine_bytes: bytes of an upload that are kept for a curator to look at.
        quarantine_total: bytes that all kept uploads take up; the oldest refused ones go first.
    """

    upload_bytes: int = 2**30
    unpacked_bytes: int = 4 * 2**30
    ratio: int = 100
    ratio_grace: int = 16 * 2**20
    archive_entries: int = 1000
    runs: int = 200
    card_bytes: int = 256 * 2**10
    manifest_bytes: int = 2**20
    run: Limits = field(default_factory=lambda: Limits(ratio_grace=2 * 2**20))
    quarantine_bytes: int = 64 * 2**20
    quarantine_total: int = 2 * 2**30
