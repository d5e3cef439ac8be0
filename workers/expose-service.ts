import { expose, transferHandlers } from "comlink";
import { installErrorTransfer } from "../src/contracts/errors";

/** Answers the page's calls by the methods of `service`; its errors keep class, tag and fields on the way. */
export function exposeService(service: object): void {
  installErrorTransfer(transferHandlers);
  expose(service);
}
