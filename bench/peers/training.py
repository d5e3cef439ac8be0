"""The network trained in PyTorch on one batch again and again, timed: a peer of bench/training.ts.

usage: training.py BATCH.safetensors GRADIENTS.f32 STEPS RUNS LEARNING_RATE THREADS

The file holds the weights, "x" [cube, z, y, x] and "labels" of the same shape. Writes the gradients of the first step, one
after the other in the order of the weights, and prints one line of JSON: the device, the losses of the first STEPS steps in
f32, and for each precision the seconds of a step (median of RUNS), which the batch's way to the device is no part of. Tells each of them
as it comes on the standard error: choosing kernels may take cuDNN a minute.
"""

import contextlib
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from network import Network, read_safetensors


def trainable(arrays, device, layout):
    network = Network(arrays).to(device=device).to(**layout)
    for name, values in list(network._buffers.items()):
        del network._buffers[name]
        network.register_parameter(name, torch.nn.Parameter(values))
    return network


class Training:
    def __init__(self, arrays, x, labels, rate, half=False):
        layout = {"memory_format": torch.channels_last_3d}
        self.network = trainable(arrays, x.device, layout)
        self.x, self.labels, self.half = x.to(**layout), labels, half
        self.scaler = torch.cuda.amp.GradScaler(enabled=half)
        self.adam = torch.optim.Adam(self.network.parameters(), rate, (0.9, 0.999), 1e-8)

    def step(self):
        self.adam.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.float16) if self.half else contextlib.nullcontext():
            loss = F.cross_entropy(self.network.logits(self.x), self.labels)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.adam)
        self.scaler.update()
        return loss.item()

    def gradients(self, names):
        named = dict(self.network.named_parameters())
        grads = [named[name.replace(".", "_")].grad for name in names]
        return [grad.permute(2, 3, 4, 1, 0) if grad.ndim == 5 else grad for grad in grads]

    def seconds(self, runs):
        taken = []
        for run in range(-2 if self.x.is_cuda else -1, runs):
            start = time.perf_counter()
            self.step()
            if run >= 0:
                taken.append(time.perf_counter() - start)
        return statistics.median(taken)


def main():
    path, gradients_path, steps, runs, rate, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = False
    arrays = read_safetensors(path)
    x = torch.from_numpy(arrays.pop("x"))[:, None].to(device)
    labels = torch.from_numpy(arrays.pop("labels")).long().to(device)

    result = {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if cuda else f"CPU, {threads} threads",
    }
    for name in ("f32", "tf32", "f16") if cuda else ("f32",):
        torch.backends.cudnn.allow_tf32 = name == "tf32"
        training = Training(arrays, x, labels, float(rate), half=name == "f16")
        if name == "f32":
            result["losses"] = [training.step()]
            flat = [grad.reshape(-1).cpu() for grad in training.gradients(list(arrays))]
            torch.cat(flat).numpy().tofile(gradients_path)
            result["losses"] += [training.step() for _ in range(int(steps) - 1)]
        result[name] = training.seconds(int(runs))
        print(f"PyTorch {name}: {result[name]:.4f} s", file=sys.stderr)
        del training  # gives its memory to the next
    print(json.dumps(result))


if __name__ == "__main__":
    main()
