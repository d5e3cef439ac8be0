"""The network in PyTorch on one tile, timed: a peer of bench/network.ts.

usage: network.py WEIGHTS.safetensors GOLDEN.safetensors NZ NY NX RUNS THREADS

Prints one line of JSON: the device, the largest difference from the golden probabilities (f32), and for each precision the
seconds of a forward pass to probabilities (median of RUNS, after three that are not counted, or one on a CPU). The tile
lies on the device and the result stays there.
"""

import json
import statistics
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def read_safetensors(path):
    """Arrays by name: 8 bytes of header length, JSON, then the numbers."""
    kinds = {"F16": np.float16, "F32": np.float32}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], kinds[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"]).astype(np.float32)
    return arrays


class Network(torch.nn.Module):
    """deepfinder-2019, as src/core/nn/deepfinder-network.ts describes it."""

    def __init__(self, arrays):
        super().__init__()
        for name, values in arrays.items():
            # Kernels are stored [z, y, x, in, out]; PyTorch has [out, in, z, y, x].
            tensor = torch.from_numpy(values.transpose(4, 3, 0, 1, 2).copy() if values.ndim == 5 else values.copy())
            self.register_buffer(name.replace(".", "_"), tensor)

    def conv(self, name, x):
        weight = getattr(self, f"{name}_weight")
        if weight.shape[2] == 2:
            x = F.pad(x, (0, 1, 0, 1, 0, 1))
        padding = 1 if weight.shape[2] == 3 else 0
        return F.conv3d(x, weight, getattr(self, f"{name}_bias"), padding=padding)

    def logits(self, x):
        relu = lambda name, x: F.relu_(self.conv(name, x))
        up = lambda x: F.interpolate(x, scale_factor=2, mode="nearest")
        high = relu("a2", relu("a1", x))
        mid = relu("b2", relu("b1", F.max_pool3d(high, 2)))
        low = F.max_pool3d(mid, 2)
        for name in ("c1", "c2", "c3", "c4"):
            low = relu(name, low)
        mid = relu("d2", relu("d1", torch.cat((relu("u1", up(low)), mid), 1)))
        high = relu("e2", relu("e1", torch.cat((relu("u2", up(mid)), high), 1)))
        return self.conv("out", high)

    def forward(self, x):
        return F.softmax(self.logits(x), 1)


def golden_error(network, path, device):
    golden = read_safetensors(path)
    with torch.inference_mode():
        found = network(torch.from_numpy(golden["x"])[None, None].to(device))
    return float(np.abs(found[0].permute(1, 2, 3, 0).cpu().numpy() - golden["prob"]).max())


def seconds(network, tile, runs, warm_ups):
    cuda = tile.is_cuda
    taken = []
    with torch.inference_mode():
        for run in range(-warm_ups, runs):
            start = time.perf_counter()
            network(tile)
            if cuda:
                torch.cuda.synchronize()
            if run >= 0:
                taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main():
    path, golden_path, *numbers = sys.argv[1:]
    nz, ny, nx, runs, threads = map(int, numbers)
    torch.set_num_threads(threads)
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    arrays = read_safetensors(path)
    torch.manual_seed(1)
    noise = torch.randn(1, 1, nz, ny, nx)
    result = {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if cuda else f"CPU, {threads} threads",
    }
    for name, dtype in (("f32", torch.float32), ("f16", torch.float16)) if cuda else (("f32", torch.float32),):
        layout = {"memory_format": torch.channels_last_3d}
        network = Network(arrays).to(device=device, dtype=dtype).to(**layout)
        if name == "f32":
            result["goldenError"] = golden_error(network, golden_path, device)
        tile = noise.to(device=device, dtype=dtype).to(**layout)
        result[name] = seconds(network, tile, runs, 3 if cuda else 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
