import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isTagged } from "../src/core/errors";
import { createModelLoader } from "./fetch-model";

const PUBLIC = new URL("../public/", import.meta.url);

describe("createModelLoader", () => {
  let server: Server;
  let base: URL;
  const requests: string[] = [];

  beforeAll(async () => {
    // As a page's server does: files under /app/, the page itself for paths it does not know.
    server = createServer(async (request, response) => {
      const path = request.url ?? "";
      requests.push(path);
      const file = await readFile(new URL(path.replace("/app/", "./"), PUBLIC)).catch(() => null);
      if (path.includes("forbidden")) response.statusCode = 403;
      response.end(file ?? "<!doctype html>");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/app/`);
  });
  afterAll(() => server.close());

  it("loads the model that ships with the page, once", async () => {
    const load = createModelLoader(base);
    const model = await load("starter");
    expect(model.manifest.classes.length).toBeGreaterThan(1);
    expect(model.weights.size).toBe(30);
    const asked = requests.length;
    expect(await load("starter")).toBe(model);
    expect(requests).toHaveLength(asked);
  });

  it("says in a sentence that there is none", async () => {
    const load = createModelLoader(base);
    for (const [name, tag, sentence] of [
      ["nothing", "bad-input", 'There is no model "nothing"'],
      ["forbidden", "bad-input", "answered 403"],
      ["../secret", "bad-parameter", 'There is no model "../secret"'],
    ] as const) {
      const error = await load(name).catch((e: unknown) => e);
      expect(isTagged(error, tag)).toBe(true);
      expect((error as Error).message).toContain(sentence);
    }
    const nobody = createModelLoader(new URL("http://127.0.0.1:9/"));
    expect(await nobody("starter").catch((e: Error) => e.message)).toContain("did not answer");
  });
});
