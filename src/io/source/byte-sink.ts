/** Takes the bytes of a file that is being made. */
export interface ByteSink {
  /** Writes at an offset: at the end, beyond it (the gap becomes zeros), or over what was written before. */
  write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Ends the file. */
  close(): Promise<void>;
  /** Gives up: nothing is left of the file. */
  discard(): Promise<void>;
}
