import { AbortError } from "../src/core/errors";

/** Messages wait about so long for a computation. */
const YIELD_AFTER_MS = 30;

/** Lets the messages in that wait. A message to oneself: timers would cost 4 ms each, and a yield would go before messages. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Returns the function that long work calls between its steps, as often as it likes: every `yieldAfterMs` it lets messages in,
 * and it throws AbortError once `signal` is aborted.
 */
export function createBreathe(signal: AbortSignal, yieldAfterMs = YIELD_AFTER_MS): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (!signal.aborted && performance.now() - last > yieldAfterMs) {
      await nextTurn();
      last = performance.now();
    }
    if (signal.aborted) throw new AbortError();
  };
}
