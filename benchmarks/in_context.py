"""Full causal attention against BlockRank's on the same decoder stack, by the number of documents.

    python benchmarks/in_context.py                                  # this processor, SmolLM2-135M's shapes
    python benchmarks/in_context.py --shape mistral-7b --device cuda # bf16 on a GPU

Random weights: time does not depend on them. Every document has the same length, so that both read the same
tokens. "full" is a prefill of the whole stack with causal attention (flash kernels through torch's SDPA), the
least that a generating ranker does before its first token; "full to l" stops where BlockRank stops, so that
attention alone differs; "full and answer" adds ``--answer`` tokens that are generated one by one; "block" is
BlockRank up to its scores. Needs torch alone, and this repository's
harness/retrievers/in_context/blocks.py. The exponent is the slope of log time over log tokens.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.retrievers.in_context.blocks import (
    Blocks,
    Layout,
    block_attention,
    causal,
    document_scores,
)

Tensor = torch.Tensor


class Shape(NamedTuple):
    """A decoder of Llama's kind."""

    layers: int
    hidden: int
    heads: int
    key_heads: int
    mlp: int
    theta: float

    @property
    def width(self) -> int:
        return self.hidden // self.heads


SHAPES = {
    "mistral-7b": Shape(32, 4096, 32, 8, 14336, 1e6),
    "smollm2-135m": Shape(30, 576, 9, 3, 1536, 1e5),
}


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    y = x.float()
    return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype) * weight


def gated(x: Tensor) -> Tensor:
    gate, up = x.chunk(2, dim=-1)
    return functional.silu(gate) * up


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions of [T, heads, width]; cos and sin [T, 1, width / 2]."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


def quantised(x: Tensor) -> tuple[Tensor, Tensor]:
    """Rows in 8-bit floats, each with its own scale."""
    scale = x.abs().amax(dim=-1, keepdim=True).float().clamp(min=1e-12) / 448.0
    return (x.float() / scale).to(torch.float8_e4m3fn), scale


def same(x: Tensor) -> Tensor:
    return x


PARTS: dict[str, Callable[..., Any]] = {
    "same": same,
    "norm": rms_norm,
    "gate": gated,
    "rotate": rotate,
    "same quantised": quantised,
    "norm quantised": lambda *given: quantised(rms_norm(*given)),
    "gate quantised": lambda *given: quantised(gated(*given)),
}


class Matrix:
    """A weight [out, in], in the stack's precision or in 8-bit floats with a scale for each row."""

    def __init__(self, rows: int, columns: int, dtype: torch.dtype, device: str, fp8: bool) -> None:
        weight = torch.randn(rows, columns, dtype=dtype, device=device) / math.sqrt(columns)
        self.weight, self.scale = quantised(weight) if fp8 else (weight, None)
        self.dtype = dtype

    def after(self, prepare: str, *given: Tensor) -> Tensor:
        """The product with what a small part of a layer gives; in 8 bits both are one kernel."""
        if self.scale is None:
            return functional.linear(PARTS[prepare](*given), self.weight)
        rows, scale = PARTS[f"{prepare} quantised"](*given)
        return torch._scaled_mm(
            rows,
            self.weight.t(),
            scale_a=scale,
            scale_b=self.scale.t(),
            out_dtype=self.dtype,
            use_fast_accum=True,
        )


class Stack:
    """Decoder layers; the embedding and the head are left out of every measurement."""

    def __init__(self, shape: Shape, dtype: torch.dtype, device: str, fp8: bool, seed: int = 7) -> None:
        torch.manual_seed(seed)
        self.shape, self.dtype, self.device = shape, dtype, device
        rows = (shape.heads + 2 * shape.key_heads) * shape.width
        sizes = [
            (rows, shape.hidden),
            (shape.hidden, shape.hidden),
            (2 * shape.mlp, shape.hidden),
            (shape.hidden, shape.mlp),
        ]
        self.layers = [[Matrix(*size, dtype, device, fp8) for size in sizes] for _ in range(shape.layers)]
        self.ones = torch.ones(shape.hidden, dtype=dtype, device=device)

    def rotary(self, positions: Sequence[int]) -> tuple[Tensor, Tensor]:
        half = torch.arange(0, self.shape.width, 2, device=self.device).float() / self.shape.width
        angles = torch.tensor(positions, device=self.device).float()[:, None] * self.shape.theta**-half
        return angles.cos()[:, None].to(self.dtype), angles.sin()[:, None].to(self.dtype)

    def projected(self, x: Tensor, number: int, rotary: tuple[Tensor, Tensor]) -> list[Tensor]:
        """Queries, keys and values [heads, T, width] of a layer, the first two with their positions."""
        heads, groups, width = self.shape.heads, self.shape.key_heads, self.shape.width
        made = self.layers[number][0].after("norm", x, self.ones).view(len(x), heads + 2 * groups, width)
        turned = PARTS["rotate"](made[:, : heads + groups], *rotary)
        parts = (turned[:, :heads], turned[:, heads:], made[:, heads + groups :])
        return [part.transpose(0, 1) for part in parts]

    def layer(self, x: Tensor, number: int, attended: Tensor) -> Tensor:
        """The rest of a layer, after its attention [heads, T, width]."""
        _, out, up, down = self.layers[number]
        x = x + out.after("same", attended.transpose(0, 1).reshape(len(x), -1))
        return x + down.after("gate", up.after("norm", x, self.ones))


def full(stack: Stack, x: Tensor, rotary: tuple[Tensor, Tensor], layers: int) -> Tensor:
    scaling = stack.shape.width**-0.5
    for number in range(layers):
        attended = causal(*stack.projected(x, number, rotary), scaling)
        x = stack.layer(x, number, attended)
    return x


def block(stack: Stack, x: Tensor, rotary: tuple[Tensor, Tensor], layout: Layout, layers: int) -> Tensor:
    scaling = stack.shape.width**-0.5
    for number in range(layers):
        attended = block_attention(*stack.projected(x, number, rotary), layout, scaling)
        x = stack.layer(x, number, attended)
    query, key, _ = stack.projected(x, layers, rotary)
    return document_scores(query[:, -2:], key, layout, scaling)


class Measured(NamedTuple):
    seconds: float
    peak_bytes: int | None


def measure(work: Callable[[], Any], cuda: bool, repeats: int) -> Measured:
    """The median time, after one call that is not counted, and the most memory taken on a GPU."""
    work()
    times = []
    if not cuda:
        for _ in range(repeats):
            begun = time.process_time()  # of one thread, whatever else the machine does
            work()
            times.append(time.process_time() - begun)
        return Measured(statistics.median(times), None)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    for _ in range(repeats):
        a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        a.record()
        work()
        b.record()
        torch.cuda.synchronize()
        times.append(a.elapsed_time(b) / 1000)
    return Measured(statistics.median(times), torch.cuda.max_memory_allocated())


def exponent(tokens: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of the least-squares line through (log tokens, log seconds)."""
    xs, ys = [math.log(t) for t in tokens], [math.log(s) for s in seconds]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


def generate(stack: Stack, x: Tensor, rotary: tuple[Tensor, Tensor], steps: int) -> None:
    """A prefill of the whole stack, then an answer of some tokens over the kept keys and values."""
    scaling, kept = stack.shape.width**-0.5, []
    for number in range(stack.shape.layers):
        query, key, value = stack.projected(x, number, rotary)
        kept.append((key, value))
        x = stack.layer(x, number, causal(query, key, value, scaling))
    last, where = x[-1:], (rotary[0][-1:], rotary[1][-1:])
    for _ in range(steps):
        y = last
        for number, (key, value) in enumerate(kept):
            query, _, _ = stack.projected(y, number, where)
            y = stack.layer(y, number, causal(query, key, value, scaling))


def compile_small_parts() -> None:
    """Fuse what is bound by memory: norms, gates, rotations, quantisation."""
    for name, part in PARTS.items():
        if part is not same:
            PARTS[name] = torch.compile(part, dynamic=True)


def check_kernels(device: str) -> None:
    """Hold the attention of this device, in bf16, against the processor's in single precision."""
    torch.manual_seed(1)
    blocks = Blocks(instruction=16, documents=(24, 40, 8, 32), query=16)
    given = [torch.randn(heads, blocks.total, 64) for heads in (8, 2, 2)]
    right = block_attention(*given, Layout(blocks), 0.125)
    found = block_attention(*(t.to(device, torch.bfloat16) for t in given), Layout(blocks, device), 0.125)
    print(f"largest difference to single precision: {float((found.cpu().float() - right).abs().max()):.4f}")


def profile(work: Callable[[], Any]) -> None:
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    work()
    with profiler(activities=[ProfilerActivity.CUDA, ProfilerActivity.CPU]) as found:
        work()
        torch.cuda.synchronize()
    print(found.key_averages().table(sort_by="self_cuda_time_total", row_limit=14, max_name_column_width=60))


def works(stack: Stack, blocks: Blocks, args: argparse.Namespace, n: int) -> dict[str, Callable[[], Any]]:
    layout = Layout(blocks, args.device, batch_tokens=args.batch_tokens)
    x = torch.randn(blocks.total, stack.shape.hidden, dtype=stack.dtype, device=args.device)
    own = stack.rotary(blocks.positions(16384))
    running = stack.rotary(range(blocks.total))
    work: dict[str, Callable[[], Any]] = {"block": lambda: block(stack, x, own, layout, args.layer)}
    if not args.block_only and n <= args.full_up_to:
        work["full to l"] = lambda: full(stack, x, running, args.layer)
        work["full"] = lambda: full(stack, x, running, stack.shape.layers)
        if args.answer:
            work["full and answer"] = lambda: generate(stack, x, running, args.answer)
    return work


def rows(stack: Stack, args: argparse.Namespace) -> list[dict[str, Any]]:
    """One measurement for each number of documents."""
    cuda = args.device.startswith("cuda")
    found = []
    for n in args.documents:
        blocks = Blocks(instruction=args.instruction, documents=(args.tokens,) * n, query=args.query)
        work = works(stack, blocks, args, n)
        row: dict[str, Any] = {"documents": n, "tokens": blocks.total}
        for name, what in work.items():
            try:
                made = measure(what, cuda, args.repeats)
            except torch.OutOfMemoryError:
                row[name] = "out of memory"
                continue
            row[name] = round(made.seconds, 5)
            if made.peak_bytes:
                row[f"{name} GiB"] = round(made.peak_bytes / 2**30, 2)
        row |= {
            f"speed-up to {name}": round(row[name] / row["block"], 2)
            for name in work
            if name != "block" and isinstance(row[name], float)
        }
        found.append(row)
        print(json.dumps(row), flush=True)
        if args.profile:
            profile(work["block"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", choices=SHAPES, default="smollm2-135m")
    parser.add_argument("--layers", type=int, help="of the stack; the shape's own if not given")
    parser.add_argument("--layer", type=int, help="the scoring layer, from 0; five eighths of the stack")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--documents", type=int, nargs="+", default=[10, 20, 50, 100, 200, 500])
    parser.add_argument("--tokens", type=int, default=200, help="of a document")
    parser.add_argument("--instruction", type=int, default=96, help="tokens of the instruction block")
    parser.add_argument("--query", type=int, default=64, help="tokens of the query block")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch-tokens", type=int, default=16_384)
    parser.add_argument("--full-up-to", type=int, default=10**9, help="most documents for full")
    parser.add_argument("--block-only", action="store_true")
    parser.add_argument("--fp8", action="store_true", help="8-bit matrix products (GPU)")
    parser.add_argument("--compile", action="store_true", help="fuse small parts with torch.compile")
    parser.add_argument("--answer", type=int, default=0, help="tokens that a generating ranker answers with")
    parser.add_argument("--profile", action="store_true", help="print the kernels that take the most time")
    args = parser.parse_args()
    shape = SHAPES[args.shape]
    shape = shape._replace(layers=args.layers or shape.layers)
    args.layer = args.layer or shape.layers * 5 // 8
    cuda = args.device.startswith("cuda")
    if args.compile:
        compile_small_parts()
    if not cuda:
        torch.set_num_threads(1)
    name = torch.cuda.get_device_name() if cuda else "1 thread"
    print(f"torch {torch.__version__}, {name}, {args.shape} {shape}, scoring layer {args.layer}", flush=True)
    check_kernels(args.device)
    with torch.inference_mode():
        stack = Stack(shape, torch.bfloat16 if cuda else torch.float32, args.device, args.fp8)
        found = rows(stack, args)
    for which in ("block", "full to l", "full", "full and answer"):
        held = [row for row in found if isinstance(row.get(which), float)]
        if len(held) > 1:
            slope = exponent([row["tokens"] for row in held], [row[which] for row in held])
            print(f"exponent of {which}: {slope:.3f}")


if __name__ == "__main__":
    main()
