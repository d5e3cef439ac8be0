import { build, preview } from "vite";
import type { TestProject } from "vitest/node";

/** Builds the app as a user would get it, serves it on a free port of this machine, and tells the journeys where. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build({ logLevel: "error" });
  const server = await preview({ preview: { port: 0, open: false }, logLevel: "error" });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("The preview server gave no address.");
  project.provide("appUrl", url);
  return async () => {
    await server.close();
  };
}

declare module "vitest" {
  interface ProvidedContext {
    appUrl: string;
  }
}
