import { z } from "zod";
import { USUAL_CTF } from "../../core/microscope/usual-ctf";
import { chosenBy, color, numberIn, positiveUpTo, wholeIn } from "../json/fields";

/** What a recipe may leave out. */
const DEFAULT_TILTS = { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 2, order: "dose-symmetric" } as const;
const DEFAULT_NOISE = { snr: 0.1, kind: "gaussian" } as const;
const DEFAULT_RECONSTRUCTION = { method: "wbp", iterations: 20, lowPassAngstrom: null } as const;
/** A template's values lie half as far apart; two voxels are what the grid resolves. */
const VOXELS_PER_RESOLUTION = 2;
/** Labels are written as int8. */
const MOST_LABELS = 127;

const length = positiveUpTo(1e5);
const share = numberIn(0, 1);
const count = wholeIn(0, 65_535);
const side = wholeIn(8, 4096);
const density = numberIn(-100, 100);

const shape = z.discriminatedUnion(
  "shape",
  [
    z.strictObject({ shape: z.literal("sphere"), radiusAngstrom: length, density }),
    z.strictObject({
      shape: z.literal("ellipsoid"),
      radiiAngstrom: z.tuple([length, length, length]),
      density,
    }),
    z.strictObject({
      shape: z.literal("disc"),
      radiusAngstrom: length,
      thicknessAngstrom: length,
      density,
    }),
  ],
  { error: "must be sphere, ellipsoid or disc" },
);

/** The id of a structure or a shape: the kind of value decides which of the two an error is about. */
const structure = chosenBy((value) =>
  typeof value === "object" && value !== null
    ? shape
    : z.string("must be the id of a structure, or a shape").min(1),
);

const particle = z
  .strictObject({
    name: z.string().min(1),
    structure,
    color: color.optional(),
    radiusAngstrom: length.optional(),
    count: count.optional(),
    occupancy: share.optional(),
    decoy: z.boolean().optional(),
    onMembrane: z
      .strictObject({
        distanceAngstrom: numberIn(0, 1e4),
        axis: z
          .tuple([z.number(), z.number(), z.number()])
          .refine((axis) => axis.some((part) => part !== 0), "must not be of length 0"),
        side: z.enum(["outer", "inner"]).default("outer"),
      })
      .optional(),
  })
  .refine(
    (particle) => (particle.count === undefined) !== (particle.occupancy === undefined),
    "must have a count or an occupancy, and not both",
  );

const membrane = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("vesicle"),
      count,
      radiusAngstrom: z
        .tuple([length, length])
        .refine(([least, most]) => least <= most, "must be two rising numbers"),
      eccentricity: share.default(0),
    }),
    z.strictObject({
      kind: z.literal("sheet"),
      count,
      amplitudeAngstrom: numberIn(0, 1e4).default(0),
      wavelengthAngstrom: length.default(1000),
    }),
  ],
  { error: "must be vesicle or sheet" },
);

const filament = z
  .strictObject({
    kind: z.enum(["microtubule", "actin"]),
    count,
    protofilaments: wholeIn(13, 14).optional(),
  })
  .refine(
    ({ kind, protofilaments }) => kind === "microtubule" || protofilaments === undefined,
    "only microtubules have protofilaments",
  );

const scene = z
  .strictObject({
    shape: z.tuple([side, side, side]),
    voxelSizeAngstrom: numberIn(0.5, 200),
    resolutionAngstrom: length.optional(),
    membranes: z.array(membrane).default([]),
    filaments: z.array(filament).default([]),
    particles: z.array(particle).default([]),
    gapAngstrom: numberIn(0, 1000).optional(),
  })
  .superRefine(({ membranes, filaments, particles }, context) => {
    const unbound = particles.findIndex(({ onMembrane }) => onMembrane);
    if (unbound >= 0 && membranes.length === 0)
      context.addIssue({
        code: "custom",
        path: ["particles", unbound, "onMembrane"],
        message: "there are no membranes in this recipe",
      });
    const names = particles.map(({ name }) => name);
    const twice = names.findIndex((name, i) => names.indexOf(name) < i);
    if (twice >= 0)
      context.addIssue({
        code: "custom",
        path: ["particles", twice, "name"],
        message: `"${names[twice]}" is the name of another one too`,
      });
    if (1 + filaments.length + particles.filter(({ decoy }) => !decoy).length > MOST_LABELS)
      context.addIssue({
        code: "custom",
        path: ["particles"],
        message: `must be ${MOST_LABELS} kinds or fewer`,
      });
  })
  .transform((scene) => ({
    ...scene,
    resolutionAngstrom: scene.resolutionAngstrom ?? VOXELS_PER_RESOLUTION * scene.voxelSizeAngstrom,
    gapAngstrom: scene.gapAngstrom ?? scene.voxelSizeAngstrom,
  }));

const tiltDeg = numberIn(-90, 90);
const tilts = z
  .strictObject({
    minTiltDeg: tiltDeg.default(DEFAULT_TILTS.minTiltDeg),
    maxTiltDeg: tiltDeg.default(DEFAULT_TILTS.maxTiltDeg),
    stepDeg: numberIn(0.25, 180).default(DEFAULT_TILTS.stepDeg),
    order: z.enum(["sequential", "dose-symmetric"]).default(DEFAULT_TILTS.order),
  })
  .refine(({ minTiltDeg, maxTiltDeg }) => minTiltDeg < maxTiltDeg, {
    path: ["maxTiltDeg"],
    error: "must be above minTiltDeg",
  });

const ctf = z.strictObject({
  voltageKv: numberIn(50, 1000).default(USUAL_CTF.voltageKv),
  sphericalAberrationMm: numberIn(0, 20).default(USUAL_CTF.sphericalAberrationMm),
  amplitudeContrast: share.default(USUAL_CTF.amplitudeContrast),
  phaseShiftDeg: numberIn(-180, 180).default(USUAL_CTF.phaseShiftDeg),
  defocusMicrometre: numberIn(-20, 20),
  defocusSpreadMicrometre: numberIn(0, 10).default(USUAL_CTF.defocusSpreadMicrometre),
  bFactorAngstrom2: numberIn(0, 1e5).default(USUAL_CTF.bFactorAngstrom2),
  correction: z.enum(["none", "phase-flip", "wiener"]).default(USUAL_CTF.correction),
});

const imaging = z.strictObject({
  route: z.enum(["tilt-series", "direct"]).default("tilt-series"),
  tilts: tilts.default(DEFAULT_TILTS),
  ctf: ctf.nullable().default(null),
  proteinIsDark: z.boolean().default(false),
  noise: z
    .strictObject({
      snr: positiveUpTo(1e6).nullable().default(DEFAULT_NOISE.snr),
      kind: z.enum(["gaussian", "poisson"]).default(DEFAULT_NOISE.kind),
      inTomogram: z.enum(["ramp", "white"]).optional(),
    })
    .default(DEFAULT_NOISE),
  dosePerImage: numberIn(0, 1000).default(0),
  shiftErrorAngstrom: numberIn(0, 1000).default(0),
  tiltErrorDeg: numberIn(0, 10).default(0),
  reconstruction: z
    .strictObject({
      method: z.enum(["wbp", "sirt"]).default(DEFAULT_RECONSTRUCTION.method),
      iterations: wholeIn(1, 1000).default(DEFAULT_RECONSTRUCTION.iterations),
      lowPassAngstrom: length.nullable().default(DEFAULT_RECONSTRUCTION.lowPassAngstrom),
    })
    .default(DEFAULT_RECONSTRUCTION),
});

/** A recipe as a file has it: what may be left out has its default here; unknown fields are errors. */
export const recipeSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string().default(""),
  scene,
  imaging: imaging.prefault({}),
});
