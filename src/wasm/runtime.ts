import { ComputeError } from "../core/errors";
import relaxedUrl from "./build/kernels-relaxed.wasm?url&inline";
import simdUrl from "./build/kernels-simd.wasm?url&inline";
import { hasRelaxedSimd } from "./relaxed-simd";
import { startThreads } from "./start-threads";
import { THREAD_CONTROL as SLOTS } from "./thread-control";

const PAGE_BYTES = 65536;
/** Memory is reserved, not used, up to the maximum; engines that cannot reserve 4 GiB get less. */
const MAXIMUM_PAGES = [65536, 32768, 16384];
const INITIAL_PAGES = 32;
/** Memory grows by whole blocks, so that small arrays do not each cost a growth. */
const GROWTH_PAGES = 64;
/** An item of a job takes well under a second; a thread that is silent for this long is lost. */
const THREAD_TIMEOUT_MS = 120_000;

type Kernel = (...args: number[]) => number;

/**
 * The WebAssembly module with its memory and threads. Kernels are the exports of src/wasm/assembly, called by name; pointers
 * are bytes into one memory, handed out by a stack: what lives longest is allocated first, and `release` gives back all
 * that came after its `mark`. Two owners with lives of their own take two runtimes. Everything but creation is synchronous;
 * in browsers a runtime with threads belongs in a Worker, since a page's own thread may not wait.
 */
export interface WasmRuntime {
  /** Threads that `parallel` works with, the caller's included. */
  readonly threads: number;
  /** Whether the module uses fused multiply-add. */
  readonly relaxedSimd: boolean;
  /** Returns the pointer of `bytes` new bytes, not cleared. Throws ComputeError "out-of-memory". */
  alloc(bytes: number, align?: number): number;
  mark(): number;
  release(mark: number): void;
  /** Views of the memory. They stay valid for good: growing the memory moves nothing. */
  f32(pointer: number, length: number): Float32Array;
  f64(pointer: number, length: number): Float64Array;
  i32(pointer: number, length: number): Int32Array;
  u8(pointer: number, length: number): Uint8Array;
  /** Runs a kernel here. */
  call(kernel: string, ...args: number[]): number;
  /**
   * Runs `kernel(item, ...args)` for every item from 0 to itemCount − 1 on all threads, each taking the next free item, and
   * returns when all are done. Throws ComputeError "backend-failed" if one of them traps.
   */
  parallel(kernel: string, itemCount: number, ...args: number[]): void;
  /** Ends the threads; the memory is free once nothing refers to its views. */
  dispose(): void;
}

/** Returns a shared memory that can grow to as much as the engine can reserve. */
function createMemory(): WebAssembly.Memory {
  let failure: unknown;
  for (const maximum of MAXIMUM_PAGES) {
    try {
      return new WebAssembly.Memory({ shared: true, initial: INITIAL_PAGES, maximum });
    } catch (error) {
      failure = error;
    }
  }
  const gibibytes = (MAXIMUM_PAGES[MAXIMUM_PAGES.length - 1] * PAGE_BYTES) / 2 ** 30;
  const sentence = `WebAssembly could not reserve ${gibibytes} GiB of memory.`;
  throw new ComputeError("out-of-memory", sentence, {}, failure);
}

/**
 * Loads the module and starts `threads` − 1 threads (as many as asked for; the caller knows whether memory can be shared:
 * `crossOriginIsolated` in browsers). Relaxed SIMD is used where the engine has it, unless `relaxedSimd` is false. Throws
 * ComputeError "backend-unavailable" where a thread or the module does not start.
 */
export async function createWasmRuntime(options: {
  readonly threads: number;
  readonly relaxedSimd?: boolean;
}): Promise<WasmRuntime> {
  const relaxedSimd = options.relaxedSimd !== false && hasRelaxedSimd();
  const threads = Math.max(1, Math.floor(options.threads));
  const memory = createMemory();
  const module = await load(relaxedSimd ? relaxedUrl : simdUrl);
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  const kernels = instance.exports as Record<string, Kernel>;
  const kernelNames = Object.keys(kernels).sort();

  let top = alignUp(kernels.heapBase(), 64);
  const controlPointer = top;
  top += SLOTS.bytes;
  const control = new Int32Array(memory.buffer, controlPointer, SLOTS.ints);
  const controlArgs = new Float64Array(memory.buffer, controlPointer + SLOTS.argsOffset, SLOTS.args);
  const controlMessage = new Uint16Array(
    memory.buffer,
    controlPointer + SLOTS.messageOffset,
    SLOTS.messageUnits,
  );
  const workers = await startThreads(threads - 1, { module, memory, pointer: controlPointer, slots: SLOTS });

  const find = (name: string): Kernel => {
    const kernel = kernels[name];
    if (!kernel) throw new ComputeError("backend-failed", `There is no WebAssembly kernel "${name}".`);
    return kernel;
  };

  const failed = (kernel: string, reason: unknown) => {
    const sentence = `The WebAssembly kernel "${kernel}" failed: ${reason instanceof Error ? reason.message : reason}.`;
    return new ComputeError("backend-failed", sentence, { kernel }, reason);
  };

  const awaitThreads = (kernel: string) => {
    for (;;) {
      const finished = Atomics.load(control, SLOTS.finished);
      if (finished >= workers.length) return;
      if (Atomics.wait(control, SLOTS.finished, finished, THREAD_TIMEOUT_MS) === "timed-out")
        throw failed(kernel, "a thread does not answer");
    }
  };

  return {
    threads,
    relaxedSimd,

    alloc(bytes, align = 16) {
      const pointer = alignUp(top, align);
      const end = pointer + bytes;
      const missingPages = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
      if (missingPages > 0 && !grow(memory, missingPages)) {
        const megabytes = Math.ceil(bytes / 2 ** 20);
        const sentence = `There is no memory for ${megabytes} MiB more beside the ${Math.ceil(top / 2 ** 20)} MiB in use.`;
        throw new ComputeError("out-of-memory", sentence, { bytes, usedBytes: top });
      }
      top = end;
      return pointer;
    },
    mark: () => top,
    release(mark) {
      top = mark;
    },

    f32: (pointer, length) => new Float32Array(memory.buffer, pointer, length),
    f64: (pointer, length) => new Float64Array(memory.buffer, pointer, length),
    i32: (pointer, length) => new Int32Array(memory.buffer, pointer, length),
    u8: (pointer, length) => new Uint8Array(memory.buffer, pointer, length),

    call(name, ...args) {
      const kernel = find(name);
      try {
        return kernel(...args);
      } catch (error) {
        throw failed(name, error);
      }
    },

    parallel(name, itemCount, ...args) {
      const kernel = find(name);
      if (args.length > SLOTS.args) throw failed(name, `it takes at most ${SLOTS.args} arguments`);
      control[SLOTS.kernel] = kernelNames.indexOf(name);
      control[SLOTS.argCount] = args.length;
      control[SLOTS.items] = itemCount;
      control[SLOTS.failed] = 0;
      controlArgs.set(args);
      Atomics.store(control, SLOTS.next, 0);
      Atomics.store(control, SLOTS.finished, 0);
      const shared = itemCount > 1 && workers.length > 0;
      if (shared) {
        Atomics.add(control, SLOTS.job, 1);
        Atomics.notify(control, SLOTS.job);
      }
      let failure: ComputeError | null = null;
      try {
        for (;;) {
          const item = Atomics.add(control, SLOTS.next, 1);
          if (item >= itemCount) break;
          kernel(item, ...args);
        }
      } catch (error) {
        failure = failed(name, error);
        Atomics.store(control, SLOTS.next, itemCount);
      }
      if (shared) awaitThreads(name);
      if (!failure && control[SLOTS.failed])
        failure = failed(name, String.fromCharCode(...controlMessage.subarray(1, controlMessage[0] + 1)));
      if (failure) throw failure;
    },

    dispose() {
      Atomics.store(control, SLOTS.stop, 1);
      Atomics.add(control, SLOTS.job, 1);
      Atomics.notify(control, SLOTS.job);
      for (const worker of workers) worker.terminate();
    },
  };
}

const alignUp = (value: number, align: number) => Math.ceil(value / align) * align;

async function load(url: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await (await fetch(url)).arrayBuffer());
  } catch (error) {
    const sentence = "This browser cannot run the WebAssembly module (it needs SIMD and threads).";
    throw new ComputeError("backend-unavailable", sentence, {}, error);
  }
}

function grow(memory: WebAssembly.Memory, missingPages: number): boolean {
  for (const pages of [Math.max(missingPages, GROWTH_PAGES), missingPages]) {
    try {
      memory.grow(pages);
      return true;
    } catch {
      // Too much for the engine or above the maximum: the smaller growth may still do.
    }
  }
  return false;
}
