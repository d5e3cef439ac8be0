import { ComputeError } from "../src/core/errors";

/** Returns the answer to a request for a file of the page. Throws "bad-input" where there is none; `what` begins the sentence. */
export async function fetchFile(url: URL, what: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    const sentence = `${what} could not be loaded: ${url.pathname} did not answer.`;
    throw new ComputeError("bad-input", sentence, { path: url.pathname }, cause);
  });
  if (response.ok) return response;
  const sentence = `${what} could not be loaded: ${url.pathname} answered ${response.status}.`;
  throw new ComputeError("bad-input", sentence, { path: url.pathname, status: response.status });
}
