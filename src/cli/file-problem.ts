const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  EACCES: "it is not allowed",
  EPERM: "it is not allowed",
  EROFS: "the disk can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "the name is too long",
  ESPIPE: "only files can be written to at any place",
};

/** Returns in a clause why the system refused a file: "the disk is full". */
export function fileProblem(cause: unknown): string {
  const { code = "", message = String(cause) } = cause as NodeJS.ErrnoException;
  return PROBLEMS[code] ?? message;
}
