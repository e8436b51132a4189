"""BlockRank against a generating ranker on SmolLM2-135M with its real weights: processor time and memory.

::

    nice -n 10 python benchmarks/in_context_model.py > measured.jsonl   # one point after another
    python benchmarks/in_context_model.py --table measured.jsonl

Both read the same tokens: an instruction, N documents of 200 tokens, a query. "block" is BlockRank to its
scores at layer 18 of 30; "full" is what `listwise` does here, a prefill of all layers with causal attention
(torch's flash kernel) that keeps keys and values, then an answer of ``--answer`` tokens, one by one;
"layer" is one layer of it, for lengths at which the whole takes too long. Every point has a process and a
thread of its own, whose peak memory (RSS) is taken; "loaded" is what model and packages take before the
work. Time is the process's own, so that a busy machine matters less; for 10 documents it is the least of
three. Tokens are random, as times do not depend on them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

LAYER, POSITION, INSTRUCTION, DOCUMENT, QUERY = 18, 4096, 96, 200, 64
WHOLE = (10, 20, 50, 100)
POINTS = [(n, mode) for n in WHOLE for mode in ("block", "full")]
SLOPES = (
    ("BlockRank", "block", "seconds"),
    ("prefill", "full", "prefill"),
    ("full and answer", "full", "seconds"),
    ("layers", "layer", "seconds"),
)
POINTS += [(200, "block"), (500, "block"), (100, "layer"), (200, "layer"), (500, "layer")]


def point(mode: str, documents: int, answer: int, precision: Any) -> dict[str, Any]:
    """One measurement, in this process."""
    import torch

    from harness.retrievers.in_context.blockrank import Prompt, attention_scores
    from harness.retrievers.in_context.blocks import Blocks
    from harness.retrievers.in_context.decoder import Decoder
    from harness.retrievers.neural.language_model import SMOLLM2, load_model

    torch.set_num_threads(1)
    decoder = Decoder(load_model(SMOLLM2, None, precision))
    blocks = Blocks(instruction=INSTRUCTION, documents=(DOCUMENT,) * documents, query=QUERY)
    ids = random.Random(documents).choices(range(100, 40_000), k=blocks.total)
    with torch.inference_mode():
        decoder.hidden(ids[:200], _plain())
        loaded = _peak()
        times = []
        for _ in range(3 if documents <= 10 else 1):
            if mode == "block":
                begun = time.process_time()
                attention_scores(decoder, Prompt(ids, blocks), LAYER, POSITION, 2)
                times.append({"seconds": time.process_time() - begun})
            elif mode == "full":
                times.append(_generated(decoder, ids, answer))
            else:
                times.append(_one_layer(decoder, ids))
    made = min(times, key=lambda found: found["seconds"])
    told = {"documents": documents, "tokens": blocks.total, "mode": mode, "precision": precision}
    return {**told, **made, "peak_mib": round(_peak() - loaded), "loaded_mib": round(loaded)}


def _plain() -> Any:
    from harness.retrievers.in_context.decoder import plain

    return plain


def _generated(decoder: Any, ids: Sequence[int], answer: int) -> dict[str, float]:
    begun = time.process_time()
    cache = decoder.new_cache()
    token = int(decoder.logits(decoder.hidden(ids, _plain(), cache=cache)[-1:]).argmax())
    prefill = time.process_time() - begun
    for _ in range(answer - 1):
        token = int(decoder.logits(decoder.hidden([token], _plain(), cache=cache)).argmax())
    return {"seconds": time.process_time() - begun, "prefill": prefill}


def _one_layer(decoder: Any, ids: Sequence[int]) -> dict[str, float]:
    """From the attention of the first layer to that of the second, times the layers."""
    from harness.retrievers.in_context.decoder import ReachedError

    moments: list[float] = []

    def attend(layer: int, query: Any, key: Any, value: Any, scaling: float) -> Any:
        moments.append(time.process_time())
        if layer == 1:
            raise ReachedError
        return _plain()(layer, query, key, value, scaling)

    with contextlib.suppress(ReachedError):
        decoder.hidden(ids, attend)
    one = moments[1] - moments[0]
    return {"seconds": one * decoder.layers, "layer": one}


def _peak() -> float:
    """The most memory that this process has taken, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exponent(found: Sequence[tuple[int, float]]) -> float:
    """Slope of the least-squares line through (log tokens, log seconds)."""
    xs, ys = [math.log(x) for x, _ in found], [math.log(y) for _, y in found]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


def table(lines: list[dict[str, Any]]) -> str:
    """The measurements as Markdown, with the exponents of time over tokens."""
    made = {(line["documents"], line["mode"]): line for line in lines}
    rows = ["| documents | tokens | BlockRank s | prefill s | with answer s | speed-up | with answer | "
            "BlockRank MiB | full MiB |", "| --- " * 9 + "|"]  # fmt: skip
    for n in sorted({number for number, _ in made}):
        block, full = made[n, "block"], made.get((n, "full"))
        layers = made.get((n, "layer"), {}).get("seconds")
        cells = [f"{n}", f"{block['tokens']:,}", f"{block['seconds']:.1f}"]
        if full:
            ratios = [full[name] / block["seconds"] for name in ("prefill", "seconds")]
            cells += [
                f"{full['prefill']:.1f}",
                f"{full['seconds']:.1f}",
                *(f"{ratio:.1f}" for ratio in ratios),
            ]
        else:
            cells += [f"({layers:.0f})", "", f"({layers / block['seconds']:.1f})", ""] if layers else [""] * 4
        rows.append(
            f"| {' | '.join([*cells, str(block['peak_mib']), str(full['peak_mib']) if full else ''])} |"
        )
    for name, mode, key in SLOPES:
        held = [(line["tokens"], line[key]) for line in lines if line["mode"] == mode]
        upto = [pair for pair in held if pair[0] < 30_000]
        rows += [f"exponent of {name}: {exponent(held):.2f}"] if len(held) > 1 else []
        rows += [f"exponent of {name} up to 100: {exponent(upto):.2f}"] if 1 < len(upto) < len(held) else []
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--answer", type=int, default=50, help="tokens of the answer: ten documents in order")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--table", type=Path, metavar="FILE", help="print what was measured")
    parser.add_argument("--point", nargs=2, metavar=("DOCUMENTS", "MODE"), help="only this, in this process")
    args = parser.parse_args()
    if args.table:
        print(table([json.loads(line) for line in args.table.read_text().splitlines()]))
    elif args.point:
        print(json.dumps(point(args.point[1], int(args.point[0]), args.answer, args.precision)))
    else:
        for documents, mode in POINTS:
            asked = [sys.executable, __file__, "--point", str(documents), mode]
            more = ["--answer", str(args.answer), "--precision", args.precision]
            subprocess.run([*asked, *more], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


if __name__ == "__main__":
    main()
