import { type Endpoint, proxy, transferHandlers, wrap } from "comlink";
import { installErrorTransfer } from "../contracts/errors";
import type { ProgressListener } from "../contracts/task";
import { AbortError, ServiceError } from "../core/errors";
import type { Progress } from "../core/task/task";

installErrorTransfer(transferHandlers);

/** How long a cancelled job may go on before its worker is ended and replaced. */
export const CANCEL_PATIENCE_MS = 1000;

export interface JobOptions<Preview = unknown> {
  readonly signal?: AbortSignal;
  /** After the signal it gets previews alone: a job may still hand over what it has. */
  readonly onProgress?: (progress: Progress<Preview>) => void;
  /** How long a cancelled job may take to hand over what it has, before its worker is ended; CANCEL_PATIENCE_MS without it. */
  readonly patienceMs?: number;
}

/** What a client needs of a Worker. */
export interface WorkerLike extends Endpoint {
  terminate(): void;
}

/** Every method of a service answers by a promise, so its remote twin has the same type. */
interface RemoteService {
  cancel(jobId: string): Promise<void>;
}

interface WorkerClientSpec<Service extends RemoteService> {
  /** For sentences: "data worker". */
  readonly label: string;
  start(): WorkerLike;
  /** Brings a worker that replaces another to where that one was; calls wait for it. */
  prepare?(service: Service): Promise<void>;
}

export interface WorkerClient<Service extends RemoteService> {
  call<Result>(use: (service: Service) => Promise<Result>): Promise<Result>;
  /** A call with progress that can be cancelled; rejects with AbortError at most `patienceMs` after the signal. */
  run<Result, Preview>(
    options: JobOptions<Preview>,
    use: (service: Service, jobId: string, onProgress: ProgressListener) => Promise<Result>,
  ): Promise<Result>;
  /** Ends the worker; pending calls reject with "worker-terminated". */
  dispose(): void;
}

interface Session<Service> {
  readonly worker: WorkerLike;
  // Held for as long as the worker lives: a collected proxy would drop the calls in flight.
  readonly service: Service;
  readonly rejections: Set<(error: Error) => void>;
  /** In order of their start: a worker that runs one job at a time is at the first. */
  readonly jobs: Set<string>;
  ready: Promise<void>;
}

/** Rejects also when the worker ends: the remote-call library alone would leave the promise pending for ever. */
function whileAlive<Result>({ rejections }: Session<unknown>, promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    rejections.add(reject);
    promise.then(resolve, reject).finally(() => rejections.delete(reject));
  });
}

/**
 * Returns a client that starts its worker at the first use and replaces it after a crash or an end. Pending calls of a
 * worker that is gone reject with ServiceError "worker-crashed" or "worker-terminated"; errors of the service keep class,
 * tag and fields.
 */
export function createWorkerClient<Service extends RemoteService>(
  spec: WorkerClientSpec<Service>,
): WorkerClient<Service> {
  let session: Session<Service> | null = null;
  let startedBefore = false;
  let jobCount = 0;

  const end = (ended: Session<Service>, error: Error) => {
    if (session === ended) session = null;
    ended.worker.terminate();
    for (const reject of ended.rejections) reject(error);
    ended.rejections.clear();
  };

  const connect = (): Session<Service> => {
    if (session) return session;
    const worker = spec.start();
    const service = wrap<Service>(worker) as unknown as Service;
    const started: Session<Service> = {
      worker,
      service,
      rejections: new Set(),
      jobs: new Set(),
      ready: Promise.resolve(),
    };
    const onCrash = (event: Event) => {
      const reason = "message" in event && event.message ? ` (${event.message})` : "";
      const sentence = `The ${spec.label} stopped unexpectedly${reason}; it starts again at the next use.`;
      end(started, new ServiceError("worker-crashed", sentence));
    };
    worker.addEventListener("error", onCrash as EventListener);
    worker.addEventListener("messageerror", onCrash as EventListener);
    if (startedBefore && spec.prepare) {
      started.ready = whileAlive(started, spec.prepare(service));
      started.ready.catch(() => {}); // every call that waits for it gets the error
    }
    startedBefore = true;
    session = started;
    return started;
  };

  const connectReady = async (): Promise<Session<Service>> => {
    const connected = connect();
    await connected.ready;
    return session === connected ? connected : connectReady();
  };

  return {
    async call(use) {
      const current = await connectReady();
      return whileAlive(current, use(current.service));
    },

    async run({ signal, onProgress, patienceMs = CANCEL_PATIENCE_MS }, use) {
      if (signal?.aborted) throw new AbortError();
      const current = await connectReady();
      if (signal?.aborted) throw new AbortError();
      const jobId = `${spec.label} job ${++jobCount}`;
      let settled = false;
      let patience: ReturnType<typeof setTimeout> | undefined;
      const listener = proxy((progress: Progress) => {
        if (settled || (signal?.aborted && progress.preview === undefined)) return;
        onProgress?.(progress as Parameters<typeof onProgress>[0]);
      });
      current.jobs.add(jobId);
      let onAbort = () => {};
      const cancelled = new Promise<never>((_, reject) => {
        onAbort = () => {
          current.service.cancel(jobId).catch(() => {});
          patience = setTimeout(() => {
            reject(new AbortError());
            // A job that waits behind another is not the one that hangs: it alone is given up.
            if (current.jobs.values().next().value !== jobId) return;
            const sentence = `The ${spec.label} was ended because a cancelled task did not stop; it starts again at the next use.`;
            end(current, new ServiceError("worker-terminated", sentence));
          }, patienceMs);
        };
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        const result = await Promise.race([
          whileAlive(current, use(current.service, jobId, listener)),
          cancelled,
        ]);
        if (signal?.aborted) throw new AbortError();
        return result;
      } finally {
        settled = true;
        current.jobs.delete(jobId);
        clearTimeout(patience);
        signal?.removeEventListener("abort", onAbort);
      }
    },

    dispose() {
      if (session) end(session, new ServiceError("worker-terminated", `The ${spec.label} was ended.`));
    },
  };
}
