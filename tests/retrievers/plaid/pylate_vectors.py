"""Run by the other interpreter: PyLate's token vectors of texts, for every checkpoint in a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    folder, texts = Path(sys.argv[1]), json.loads(sys.argv[2])
    import numpy as np
    from pylate import models

    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        model = models.ColBERT(str(place), device="cpu", local_files_only=True)
        for name, query in (("queries", True), ("documents", False)):
            parts = model.encode(texts, is_query=query, show_progress_bar=False)
            np.savez(folder / f"{place.name}.{name}.npz", *parts)


if __name__ == "__main__":
    main()
