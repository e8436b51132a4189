"""What a submission can be refused for besides its run files: a code, how grave it is, what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Code(NamedTuple):
    """``severity`` is ``error``, ``warning`` or ``note``; ``meaning`` is a sentence."""

    severity: str
    meaning: str


CODES: Mapping[str, Code] = {
    "upload-missing": Code("error", "A file of the upload is not there, or is not a plain file."),
    "upload-too-large": Code("error", "The upload has more bytes than are accepted."),
    "archive-damaged": Code("error", "The archive cannot be read to its end."),
    "archive-too-large": Code("error", "The files of the upload have more bytes than are accepted."),
    "archive-ratio": Code("error", "The archive unpacks to far more than any run would."),
    "archive-entries": Code("error", "The upload holds too many files."),
    "archive-path": Code("error", "A file's name leads out of the archive, or cannot be a name."),
    "archive-link": Code(
        "error", "The upload holds a link, a device or another thing that is no plain file."
    ),
    "archive-nested": Code("error", "The upload holds an archive inside an archive."),
    "archive-encrypted": Code("error", "A file of the archive is encrypted."),
    "archive-duplicate": Code("error", "Two files of the archive have one name."),
    "manifest-missing": Code("error", "There is no manifest.yaml and no pair of run and card."),
    "manifest-invalid": Code("error", "The manifest is not YAML, or breaks its schema."),
    "manifest-file": Code("error", "The manifest names a file that the upload does not hold."),
    "manifest-repeated": Code("error", "Two runs of the submission are of one system on one data set."),
    "too-many-runs": Code("error", "The submission holds more runs than are accepted."),
    "unused-file": Code("note", "A file belongs to no run and is not looked at."),
    "card-missing": Code("error", "A run has no card."),
    "card-too-large": Code("error", "The card has more bytes than are accepted."),
    "card-invalid": Code("error", "The card is not YAML, or breaks its schema."),
    "card-incomplete": Code("error", "The card lacks what every submission has to say."),
    "card-placeholder": Code("error", "A field of the card still says what the template says."),
    "card-name": Code("error", "The system's name cannot be a folder's name."),
    "card-dataset": Code("error", "Card and submission name different data sets."),
    "card-hash": Code("error", "The card states the hash of another run."),
    "card-embargo": Code("error", "The date until which the makers are not named is past or too far."),
    "dataset-unknown": Code("error", "There is no such data set to submit to."),
    "dataset-unavailable": Code("error", "The data set cannot be read here, so that nothing can be scored."),
    "store-behind": Code(
        "warning", "The run is in the record; the board will show it after `harness rebuild`."
    ),
    "not-scored": Code("error", "The run cannot be scored."),
}
