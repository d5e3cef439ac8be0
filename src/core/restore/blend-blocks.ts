import type { Box } from "../volume/shape";
import type { VolumeSink } from "../volume/volume";
import { type BlockPlan, blockBoxes } from "./block-plan";

/** Returns the results for the voxels of a box, one for each sink, x fastest; `index` counts the boxes. */
export type RestoreBlock = (box: Box, index: number) => Promise<readonly Float32Array[]>;

/**
 * Has each block of a plan restored, blends them, and hands the sections to the sinks in order of z as soon as no later block
 * has a part in them; the sinks stay open. Holds for each sink the sections that a block is high, and the results of one block.
 * `breathe` is called between blocks and sections.
 */
export async function blendBlocks(
  plan: BlockPlan,
  sinks: readonly Pick<VolumeSink, "write">[],
  restoreBlock: RestoreBlock,
  breathe: () => Promise<void>,
): Promise<void> {
  const { shape, blockShape, spans } = plan;
  const section = shape[1] * shape[2];
  const bands = sinks.map(() => new Float32Array(blockShape[0] * section));
  const boxes = blockBoxes(plan);
  const perLayer = spans.y.length * spans.x.length;
  for (const [layer, { start }] of spans.z.entries()) {
    for (let i = 0; i < perLayer; i++) {
      const index = layer * perLayer + i;
      const weights = [spans.z[layer], spans.y[Math.floor(i / spans.x.length)], spans.x[i % spans.x.length]];
      const results = await restoreBlock(boxes[index], index);
      for (const [n, band] of bands.entries())
        addBlock(
          band,
          section,
          shape[2],
          boxes[index],
          results[n],
          weights.map((span) => span.weights),
        );
      await breathe();
    }
    const finished = (spans.z[layer + 1]?.start ?? shape[0]) - start;
    for (const [n, band] of bands.entries()) {
      for (let z = 0; z < finished; z++) {
        await sinks[n].write(band.slice(z * section, (z + 1) * section));
        await breathe();
      }
      band.copyWithin(0, finished * section);
      band.fill(0, band.length - finished * section);
    }
  }
}

/** Adds a block, weighted, to a band of sections that begins where the block does. */
function addBlock(
  band: Float32Array,
  section: number,
  nx: number,
  { z0, y0, x0, z1, y1, x1 }: Box,
  values: Float32Array,
  [alongZ, alongY, alongX]: readonly Float32Array[],
): void {
  const width = x1 - x0;
  for (let z = 0, from = 0; z < z1 - z0; z++)
    for (let y = 0; y < y1 - y0; y++, from += width) {
      const ofRow = alongZ[z] * alongY[y];
      if (ofRow === 0) continue;
      const to = z * section + (y0 + y) * nx + x0;
      for (let x = 0; x < width; x++) {
        const weight = ofRow * alongX[x];
        // What has no weight may be anything, NaN too.
        if (weight > 0) band[to + x] += weight * values[from + x];
      }
    }
}
