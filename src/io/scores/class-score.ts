import { z } from "zod";

/** The scores of a class as they stand in our own files. */
export const classScore = z.object({
  name: z.string(),
  truth: z.number(),
  found: z.number(),
  truePositives: z.number(),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
});
