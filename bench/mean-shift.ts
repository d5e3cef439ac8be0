import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { evaluate, type TruthParticle } from "../src/core/metrics/evaluate";
import { thresholdCurve } from "../src/core/metrics/threshold-curve";
import { LOCALIZE, Localizer } from "../src/core/operations/localize";
import type { ClassInfo, Particle } from "../src/core/particles/particle-list";
import { uniformSequence } from "../src/core/random/philox";
import { labelPieces } from "../src/core/segment/label-pieces";
import { type LabelRuns, LabelRunsBuilder } from "../src/core/segment/label-runs";
import { meanShift, meanShiftModes } from "../src/core/segment/mean-shift";
import { checkParams } from "../src/core/task/params";
import { type Point3, type Shape3, voxelCount } from "../src/core/volume/shape";
import type { VolumeReader } from "../src/core/volume/volume";
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
const MOVES = 7;
const VOXEL_ANGSTROM = 10;
/** A particle within this distance of a true one counts as it. */
const MATCH_RADIUS_VOXELS = 10;
const CLASSES: readonly ClassInfo[] = RADII_VOXELS.map((radius, kind) => ({
  label: kind + 1,
  name: `class ${kind + 1}`,
  radiusAngstrom: radius * VOXEL_ANGSTROM,
}));
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

/** The label map as a file would give it. */
function readerOf(labels: Uint8Array, shape: Shape3): VolumeReader {
  const area = shape[1] * shape[2];
  return {
    meta: {
      name: "labels.mrc",
      shape,
      dtype: "int8",
      voxelSizeAngstrom: { x: VOXEL_ANGSTROM, y: VOXEL_ANGSTROM, z: VOXEL_ANGSTROM },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    readBox: async ({ z0, z1 }) => Float32Array.from(labels.subarray(z0 * area, z1 * area)),
  };
}

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Wall and processor time of a move of a slider: the median of some, each to another place. */
async function timeMoves(
  move: (index: number) => Promise<number>,
  prepare: (index: number) => Promise<unknown> = breathe,
) {
  const walls: number[] = [];
  const cpus: number[] = [];
  let groups = 0;
  for (let index = 0; index < MOVES; index++) {
    await prepare(index);
    const wall = performance.now();
    const cpu = cpuSeconds();
    groups = await move(index);
    cpus.push(cpuSeconds() - cpu);
    walls.push((performance.now() - wall) / 1000);
  }
  return { seconds: round(median(walls)), cpuSeconds: round(median(cpus)), groups };
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
    const pieces = await labelPieces(ofClass, breathe);
    const modes = await meanShiftModes(ofClass, pieces, bandwidthOf(ofClass), breathe);
    const groups = await meanShift(ofClass, pieces, bandwidthOf(ofClass), breathe);
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

/** Every second object of a list, to have something to score against. */
const someOf = (particles: readonly Particle[]): TruthParticle[] =>
  particles.filter((_, index) => index % 2 === 0).map((each) => ({ ...each, name: `class ${each.label}` }));

/**
 * Seconds from a move of the bandwidth's slider to the particles, their scores and their curve, for 1,500 objects in a
 * label map of 464 × 464 × 232 by mean-shift. The peer is scikit-learn's MeanShift on a small map in the same run (the
 * ratio is of that map); details tell of the first run, of components and of a move of the smallest size.
 */
export async function meanShiftBench(): Promise<BenchResult> {
  const small = labelMap(PEER_SHAPE, PEER_OBJECTS);
  const smallRuns = runsOf(small, PEER_SHAPE);
  const fits = runPeer(small, PEER_SHAPE, smallRuns);
  const plain = await agrees(smallRuns, plainFits(small, PEER_SHAPE, smallRuns));
  const correct = plain && (fits === null || (await agrees(smallRuns, fits)));
  const ownSmall = await timeMoves(async () => {
    let groups = 0;
    for (const runs of smallRuns)
      groups += (await meanShift(runs, await labelPieces(runs, breathe), bandwidthOf(runs), breathe)).length;
    return groups;
  });

  const labels = readerOf(labelMap(SHAPE, OBJECTS), SHAPE);
  const localizer = new Localizer();
  const localize = (given: Readonly<Record<string, unknown>>) => {
    const params = checkParams(LOCALIZE.params, given);
    const context = { breathe, onProgress: () => {} };
    return localizer.run({ labels, score: null, classes: CLASSES }, params, context);
  };
  const start = performance.now();
  const truth = someOf((await localize({})).list.particles);
  const firstSeconds = round((performance.now() - start) / 1000);
  /** What a move of a slider does, in the worker and in the page. */
  const move = async (given: Readonly<Record<string, unknown>>) => {
    const { list, candidates } = await localize(given);
    const evaluation = evaluate(list.particles, truth, CLASSES, MATCH_RADIUS_VOXELS);
    thresholdCurve(candidates, truth, 1, "sizeVoxels", evaluation);
    return list.particles.length;
  };
  const shift = { method: "mean-shift" };
  const bandwidthMoves = await timeMoves((index) => move({ ...shift, bandwidth: 1.25 + 0.01 * (index + 1) }));
  const componentMoves = await timeMoves(
    () => move({}),
    () => localize(shift),
  );
  const sizeMoves = await timeMoves((index) => move({ minVoxels: { 1: 500 * (index + 1) } }));
  const peerSeconds = fits ? fits.reduce((sum, [seconds]) => sum + seconds, 0) : null;
  return {
    name: "mean-shift",
    backend: "reference",
    value: bandwidthMoves.seconds,
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
      firstRunSeconds: firstSeconds,
      moves: { bandwidth: bandwidthMoves, toComponents: componentMoves, smallestSize: sizeMoves },
      smallMap: { shape: PEER_SHAPE, objects: PEER_OBJECTS, ...ownSmall },
      cores: cpus().length,
      load: round(loadavg()[0]),
    },
  };
}
