/** Returns `make` with its results kept, so that kernels of `slabRun` keep their bindings from one iteration to the next. */
export function oncePerBuffers<Result>(
  make: (...buffers: GPUBuffer[]) => Result,
): (...buffers: GPUBuffer[]) => Result {
  const ids = new WeakMap<GPUBuffer, number>();
  const made = new Map<string, Result>();
  let count = 0;
  const idOf = (buffer: GPUBuffer) => {
    const id = ids.get(buffer) ?? count++;
    ids.set(buffer, id);
    return id;
  };
  return (...buffers) => {
    const key = buffers.map(idOf).join(" ");
    const result = made.get(key) ?? make(...buffers);
    made.set(key, result);
    return result;
  };
}
