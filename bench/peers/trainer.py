"""A trainer in PyTorch that takes its batches from a pipe: the peer of bench/training-f1.ts.

usage: trainer.py WEIGHTS.safetensors THREADS

Each request is a line of JSON on the standard input. {"op": "step", "count", "side", "rate"} is followed by count × side³
voxels (f32) and as many labels (u8), and answered by a line {"loss", "accuracy"} of before the step; "measure" likewise, without
one. {"op": "weights"} is answered by {"bytes"} and the weights in the order of the file, f32. The loss is the mean
cross-entropy; precision is what PyTorch does when left alone, TF32 in convolutions where the GPU has it.
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F
from network import read_safetensors
from training import trainable


def read_batch(stream, request, device):
    count, side = request["count"], request["side"]
    voxels = count * side**3
    x = np.frombuffer(stream.read(4 * voxels), np.float32).reshape(count, 1, side, side, side)
    labels = np.frombuffer(stream.read(voxels), np.uint8).reshape(count, side, side, side)
    layout = {"memory_format": torch.channels_last_3d}
    return torch.from_numpy(x.copy()).to(device).to(**layout), torch.from_numpy(labels.copy()).to(device).long()


def flat_weights(network, names):
    named = dict(network.named_parameters())
    tensors = [named[name.replace(".", "_")].detach() for name in names]
    flat = [t.permute(2, 3, 4, 1, 0).reshape(-1) if t.ndim == 5 else t.reshape(-1) for t in tensors]
    return torch.cat(flat).cpu().numpy().astype(np.float32)


def main():
    path, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cudnn.benchmark = True
    arrays = read_safetensors(path)
    network = trainable(arrays, device, {"memory_format": torch.channels_last_3d})
    adam = torch.optim.Adam(network.parameters(), 1e-4, (0.9, 0.999), 1e-8)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    for line in requests:
        request = json.loads(line)
        if request["op"] == "weights":
            values = flat_weights(network, arrays).tobytes()
            answers.write(json.dumps({"bytes": len(values)}).encode() + b"\n" + values)
        else:
            x, labels = read_batch(requests, request, device)
            with torch.set_grad_enabled(request["op"] == "step"):
                logits = network.logits(x)
                loss = F.cross_entropy(logits, labels)
            if request["op"] == "step":
                for group in adam.param_groups:
                    group["lr"] = request["rate"]
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
            accuracy = (logits.detach().argmax(1) == labels).float().mean()
            answers.write(json.dumps({"loss": loss.item(), "accuracy": accuracy.item()}).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
