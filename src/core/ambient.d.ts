// The few globals of the host that core may see. Everything else (DOM, timers, fetch, console) does not compile here.
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}
