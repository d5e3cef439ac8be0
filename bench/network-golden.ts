import type { NetworkExecutor } from "../src/core/backend";
import { wholeBox } from "../src/core/volume/shape";
import { largestDifference, loadGoldenNetwork } from "../src/testing/golden-network";

/** Returns the largest difference from the golden probabilities. */
export async function compareWithGolden(network: NetworkExecutor): Promise<number> {
  const { shape, x, probabilities } = await loadGoldenNetwork();
  return largestDifference(await network.predict(x, shape, wholeBox(shape), async () => {}), probabilities);
}
