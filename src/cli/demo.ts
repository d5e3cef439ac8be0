import { resolve } from "node:path";
import { processIo } from "./process-io";
import { runDemo } from "./run-demo";

process.exitCode = await runDemo(resolve("demo-output"), processIo(process.cwd()));
