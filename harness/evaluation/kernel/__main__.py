"""``python -m harness.evaluation.kernel``: compile the kernel now, so that no later run waits for it."""

from harness.evaluation.kernel.native import is_built, kernel

if __name__ == "__main__":
    kernel()
    print("The kernel is compiled." if is_built() else "The kernel works, but its cache cannot be written.")
