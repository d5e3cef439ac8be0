"""3D Fourier transforms of real volumes, timed: a peer of bench/fft.ts.

usage: fft.py LIBRARY RUNS THREADS SIDE...

LIBRARY is torch (cuFFT: on a GPU, where the volume stays) or scipy (on the processor, with so many workers). Prints one line of
JSON: library, device, and for each side the seconds of a forward and an inverse transform together (median of RUNS, after two
that are not counted), f32.
"""

import json
import statistics
import sys
import time

import numpy as np


def torch_round_trip():
    import torch

    if not torch.cuda.is_available():
        raise SystemExit("PyTorch finds no GPU.")

    def prepare(side):
        volume = torch.randn(side, side, side, device="cuda", dtype=torch.float32)

        # A transform takes less than a launch does: several, then one wait.
        def run(times):
            for _ in range(times):
                torch.fft.irfftn(torch.fft.rfftn(volume), s=volume.shape)
            torch.cuda.synchronize()

        return run

    return {"library": f"PyTorch {torch.__version__}, cuFFT", "device": torch.cuda.get_device_name()}, prepare, 20


def scipy_round_trip(threads):
    import scipy
    import scipy.fft

    def prepare(side):
        volume = np.random.default_rng(1).standard_normal((side, side, side), dtype=np.float32)

        def run(times):
            for _ in range(times):
                spectrum = scipy.fft.rfftn(volume, workers=threads)
                scipy.fft.irfftn(spectrum, s=volume.shape, workers=threads, overwrite_x=True)

        return run

    return {"library": f"scipy.fft {scipy.__version__}", "device": f"CPU, {threads} workers"}, prepare, 1


def main():
    library, *numbers = sys.argv[1:]
    runs, threads, *sides = map(int, numbers)
    result, prepare, times = torch_round_trip() if library == "torch" else scipy_round_trip(threads)
    result["seconds"] = {}
    for side in sides:
        run = prepare(side)
        taken = []
        for index in range(-2, runs):
            start = time.perf_counter()
            run(times)
            if index >= 0:
                taken.append((time.perf_counter() - start) / times)
        result["seconds"][side] = statistics.median(taken)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
