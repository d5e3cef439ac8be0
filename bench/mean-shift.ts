import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { uniformSequence } from "../src/core/random/philox";
import { connectedComponents } from "../src/core/segment/connected-components";
import { type LabelRuns, LabelRunsBuilder } from "../src/core/segment/label-runs";
import { meanShift, meanShiftModes } from "../src/core/segment/mean-shift";
import { type Point3, type Shape3, voxelCount } from "../src/core/volume/shape";
import { plainMeanShift, type Triple } from "../src/testing/plain-mean-shift";
import { type BenchResult, median, round } from "./bench-result";

const SHAPE: Shape3 = [232, 464, 464];
const OBJECTS = 1500;
/** What scikit-learn does in some seconds. */
const PEER_SHAPE: Shape3 = [56, 96, 96];
const PEER_OBJECTS = 12;
/** Radii of the four classes at 10 Å: ribosomes, a proteasome and TRiC. */
const RADII_VOXELS = [14, 12.5, 8, 9];
const BANDWIDTH_FACTOR = 1.25;
const REPEATS = 5;
/** Debian's own python holds its packages, also where another comes first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];
const PEER_PROGRAM = `
import json, sys, time
import numpy as np
from sklearn.cluster import MeanShift
cases = json.load(sys.stdin)
out = []
for bandwidth, points in cases:
    points = np.array(points)
    start = time.perf_counter()
    fit = MeanShift(bandwidth=bandwidth, bin_seeding=True).fit(points)
    seconds = time.perf_counter() - start
    out.append([seconds, fit.cluster_centers_.tolist(), np.bincount(fit.labels_, minlength=len(fit.cluster_centers_)).tolist()])
print(json.dumps(out))
`;

const breathe = async () => {};

/** Ellipsoids of four classes at random places, some of which touch; those placed later do not overwrite the others. */
function labelMap(shape: Shape3, objects: number): Uint8Array {
  const [nz, ny, nx] = shape;
  const random = uniformSequence(4, 1);
  const labels = new Uint8Array(voxelCount(shape));
  const placed: (Point3 & { readonly radius: number })[] = [];
  for (let tries = 0; placed.length < objects && tries < 1000 * objects; tries++) {
    const kind = placed.length % RADII_VOXELS.length;
    const radius = RADII_VOXELS[kind];
    const at = (n: number) => radius + random() * (n - 1 - 2 * radius);
    const centre = { x: at(nx), y: at(ny), z: at(nz) };
    const near = placed.some(
      (other) =>
        Math.hypot(other.x - centre.x, other.y - centre.y, other.z - centre.z) <
        0.9 * (other.radius + radius),
    );
    if (near) continue;
    placed.push({ ...centre, radius });
    const [ax, ay, az] = [1, 0.9, 0.8].map((axis) => axis * radius);
    for (let z = Math.ceil(centre.z - az); z <= centre.z + az; z++)
      for (let y = Math.ceil(centre.y - ay); y <= centre.y + ay; y++)
        for (let x = Math.ceil(centre.x - ax); x <= centre.x + ax; x++) {
          const q = ((x - centre.x) / ax) ** 2 + ((y - centre.y) / ay) ** 2 + ((z - centre.z) / az) ** 2;
          const index = (z * ny + y) * nx + x;
          if (q <= 1 && labels[index] === 0) labels[index] = kind + 1;
        }
  }
  if (placed.length < objects) throw new Error(`Only ${placed.length} of ${objects} objects found a place.`);
  return labels;
}

function runsOf(labels: Uint8Array, shape: Shape3): LabelRuns[] {
  const builder = new LabelRunsBuilder(
    shape,
    RADII_VOXELS.map((_, kind) => kind + 1),
    false,
  );
  builder.add(labels, null);
  return builder.finish();
}

const bandwidthOf = ({ label }: LabelRuns) => BANDWIDTH_FACTOR * RADII_VOXELS[label - 1];

async function timed<Result>(
  work: () => Promise<Result> | Result,
): Promise<{ seconds: number; result: Result }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1000, result };
}

async function groupAll(
  runs: readonly LabelRuns[],
  group: (ofClass: LabelRuns) => Promise<readonly unknown[]>,
) {
  let groups = 0;
  for (const ofClass of runs) groups += (await group(ofClass)).length;
  return groups;
}

type Fit = [seconds: number, centres: (readonly [number, number, number])[], sizes: number[]];

function pointsOf(labels: Uint8Array, [, ny, nx]: Shape3, label: number): Triple[] {
  const points: Triple[] = [];
  labels.forEach((value, index) => {
    if (value === label)
      points.push([Math.floor(index / (nx * ny)), Math.floor(index / nx) % ny, index % nx]);
  });
  return points;
}

/** The fit of each class by the plain program that the tests use. */
function plainFits(labels: Uint8Array, shape: Shape3, runs: readonly LabelRuns[]): Fit[] {
  return runs.map((ofClass) => {
    const { centres, labels: clusters } = plainMeanShift(
      pointsOf(labels, shape, ofClass.label),
      bandwidthOf(ofClass),
    );
    const sizes = centres.map((_, i) => clusters.filter((cluster) => cluster === i).length);
    return [0, centres, sizes];
  });
}

/** Returns scikit-learn's fit of each class; null where no python with it is at hand. */
function runPeer(labels: Uint8Array, shape: Shape3, runs: readonly LabelRuns[]): Fit[] | null {
  const cases = runs.map((ofClass) => [bandwidthOf(ofClass), pointsOf(labels, shape, ofClass.label)]);
  for (const python of PYTHONS)
    try {
      const printed = execFileSync(python, ["-c", PEER_PROGRAM], {
        encoding: "utf8",
        input: JSON.stringify(cases),
        maxBuffer: 2 ** 28,
        stdio: ["pipe", "pipe", "ignore"],
      });
      return JSON.parse(printed);
    } catch {
      // No such python, or one without the package: the next one may have it.
    }
  return null;
}

/** Whether our modes and sizes are those of the fits; where it puts voxels that are equally near is a matter of rounding. */
async function agrees(runs: readonly LabelRuns[], fits: readonly Fit[]): Promise<boolean> {
  for (const [index, ofClass] of runs.entries()) {
    const [, centres, sizes] = fits[index];
    const modes = await meanShiftModes(ofClass, bandwidthOf(ofClass), breathe);
    const groups = await meanShift(ofClass, bandwidthOf(ofClass), breathe);
    if (modes.length !== centres.length || groups.length !== sizes.filter((size) => size > 0).length)
      return false;
    const far = modes.some(
      (m, i) => Math.hypot(m.z - centres[i][0], m.y - centres[i][1], m.x - centres[i][2]) > 1e-6,
    );
    const differs = groups.some(({ sizeVoxels }, i) => Math.abs(sizeVoxels - sizes[i]) > 0.01 * sizes[i]);
    if (far || differs) return false;
  }
  return true;
}

/**
 * Seconds that grouping 1,500 objects in a 464 × 464 × 232 label map takes by mean-shift when a slider moves, against
 * scikit-learn's MeanShift on a small map in the same run (the ratio is of that map); details tell of reading the labels
 * once and of components.
 */
export async function meanShiftBench(): Promise<BenchResult> {
  const small = labelMap(PEER_SHAPE, PEER_OBJECTS);
  const smallRuns = runsOf(small, PEER_SHAPE);
  const fits = runPeer(small, PEER_SHAPE, smallRuns);
  const plain = await agrees(smallRuns, plainFits(small, PEER_SHAPE, smallRuns));
  const correct = plain && (fits === null || (await agrees(smallRuns, fits)));
  const shift = (ofClass: LabelRuns) => meanShift(ofClass, bandwidthOf(ofClass), breathe);
  const repeat = async (work: () => Promise<number>) => {
    const seconds: number[] = [];
    let groups = 0;
    for (let i = 0; i < REPEATS; i++) {
      const once = await timed(work);
      seconds.push(once.seconds);
      groups = once.result;
    }
    return { first: round(seconds[0]), seconds: round(median(seconds)), groups };
  };
  const ownSmall = await repeat(() => groupAll(smallRuns, shift));
  const labels = labelMap(SHAPE, OBJECTS);
  const reading = await timed(() => runsOf(labels, SHAPE));
  const runs = reading.result;
  const meanShifted = await repeat(() => groupAll(runs, shift));
  const components = await repeat(() => groupAll(runs, (ofClass) => connectedComponents(ofClass, breathe)));
  const peerSeconds = fits ? fits.reduce((sum, [seconds]) => sum + seconds, 0) : null;
  return {
    name: "mean-shift",
    backend: "reference",
    value: meanShifted.seconds,
    unit: "s per slider move",
    peer: fits
      ? "scikit-learn's MeanShift, small map"
      : "scikit-learn's MeanShift (no python that has it was found)",
    peerValue: peerSeconds && round(peerSeconds),
    ratio: peerSeconds && round(peerSeconds / ownSmall.seconds),
    correct,
    details: {
      shape: SHAPE,
      objects: OBJECTS,
      voxels: runs.reduce((sum, ofClass) => sum + ofClass.voxels, 0),
      readingLabelsSeconds: round(reading.seconds),
      meanShift: meanShifted,
      components,
      smallMap: { shape: PEER_SHAPE, objects: PEER_OBJECTS, ...ownSmall },
      cores: cpus().length,
      load: round(loadavg()[0]),
    },
  };
}
