// A WebAssembly thread: plain JavaScript that runs unbundled, as a classic Worker in browsers and a worker_threads Worker in
// Node. The slots of the control block are those of thread-control.ts; they arrive with the first message.
const port =
  typeof WorkerGlobalScope === "undefined" ? require("node:worker_threads").parentPort : globalThis;

async function start({ module, memory, pointer, slots }) {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  const kernels = Object.keys(exports).sort();
  const control = new Int32Array(memory.buffer, pointer, slots.ints);
  const args = new Float64Array(memory.buffer, pointer + slots.argsOffset, slots.args);
  const message = new Uint16Array(memory.buffer, pointer + slots.messageOffset, slots.messageUnits);
  let seen = Atomics.load(control, slots.job);
  port.postMessage("ready");
  for (;;) {
    Atomics.wait(control, slots.job, seen);
    seen = Atomics.load(control, slots.job);
    if (Atomics.load(control, slots.stop)) return;
    try {
      const run = exports[kernels[control[slots.kernel]]];
      const values = Array.from(args.subarray(0, control[slots.argCount]));
      const items = control[slots.items];
      for (let item = 0; ; ) {
        item = Atomics.add(control, slots.next, 1);
        if (item >= items) break;
        run(item, ...values);
      }
    } catch (error) {
      if (Atomics.compareExchange(control, slots.failed, 0, 1) === 0) {
        const text = String(error?.message).slice(0, slots.messageUnits - 1);
        for (let i = 0; i < text.length; i++) message[i + 1] = text.charCodeAt(i);
        message[0] = text.length;
      }
      Atomics.store(control, slots.next, control[slots.items]);
    }
    Atomics.add(control, slots.finished, 1);
    Atomics.notify(control, slots.finished);
  }
}

if (port === globalThis) port.onmessage = ({ data }) => start(data);
else port.once("message", start);
