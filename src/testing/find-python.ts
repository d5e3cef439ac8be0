import { execFileSync } from "node:child_process";

/** Debian's own Python holds Debian's packages, also where another comes first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** Returns the first Python that has a module, for tests and benches against it; null where none has. */
export function findPython(module: string): string | null {
  const hasModule = (python: string) => {
    try {
      execFileSync(python, ["-c", `import ${module}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  return PYTHONS.find(hasModule) ?? null;
}
