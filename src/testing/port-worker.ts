/**
 * Returns a worker in this thread: `serve` answers at the other end of a message channel. `crash` does what an uncaught error
 * in a real worker does.
 */
export function createPortWorker(serve: (port: MessagePort) => void) {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  const events = new EventTarget();
  const targetOf = (type: string) => (type === "message" ? port1 : events);
  const state = { terminated: false };
  const worker = {
    postMessage: (message: unknown, transfer: Transferable[] = []) => port1.postMessage(message, transfer),
    addEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      targetOf(type).addEventListener(type, listener),
    removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      targetOf(type).removeEventListener(type, listener),
    start: () => port1.start(),
    terminate() {
      state.terminated = true;
      port1.close();
    },
  };
  const crash = (message: string) => events.dispatchEvent(Object.assign(new Event("error"), { message }));
  return { worker, state, crash };
}
