import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { matrixOf } from "../core/geometry/rotation";
import { UNKNOWN_FRAME } from "../core/particles/particle-format";
import type { ParticleList } from "../core/particles/particle-list";
import { deepFinderXml } from "./deepfinder-xml/deepfinder-xml";
import { particleCsv } from "./particle-csv/particle-csv";
import { PARTICLE_FORMATS, particleFormatOf } from "./particle-formats";
import { particleJson } from "./particle-json/particle-json";
import { relionStar } from "./star/relion-star";

const LIST: ParticleList = {
  volumeName: "my cell.mrc",
  shape: [96, 224, 200],
  voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
  classes: [
    { label: 0, name: "background" },
    { label: 2, name: 'ribosome, "bound"', color: "#4c8dff", radiusAngstrom: 145, minVoxels: 2000 },
  ],
  particles: [
    { id: 1, label: 2, x: 59.45, y: 86.46, z: 19.23, sizeVoxels: 8100, score: 0.9125, rotation: null },
    {
      id: 2,
      label: 2,
      x: 0,
      y: 223.125,
      z: 95,
      sizeVoxels: 2000,
      score: 0.5,
      rotation: { x: 0.5, y: -0.5, z: 0.5, w: 0.5 },
    },
  ],
};
const { particles: _particles, ...FRAME } = LIST;
const EMPTY: ParticleList = { ...LIST, particles: [] };

test.each(PARTICLE_FORMATS)("$label: what is written comes back", (format) => {
  const back = format.read(format.write(LIST), FRAME);
  const { volumeName, shape, classes } = back;
  expect({ volumeName, shape, classes }).toEqual({
    volumeName: LIST.volumeName,
    shape: LIST.shape,
    classes: LIST.classes,
  });
  back.particles.forEach((particle, i) => {
    const original = LIST.particles[i];
    expect(particle.label).toBe(original.label);
    // STAR keeps 10⁻⁴ Å, XML 10⁻³ voxels.
    for (const axis of ["x", "y", "z"] as const) expect(particle[axis]).toBeCloseTo(original[axis], 3);
    if (original.rotation && particle.rotation) {
      const expected = matrixOf(original.rotation).map((value) => expect.closeTo(value, 4));
      expect(matrixOf(particle.rotation)).toEqual(expected);
    } else expect(particle.rotation).toBe(original.rotation);
  });
  expect(format.read(format.write(EMPTY), FRAME).particles).toEqual([]);
  expect(particleFormatOf(`/some/List${format.extension.toUpperCase()}`)).toBe(format);
});

test("JSON and CSV lose nothing of a particle", () => {
  expect(particleJson.read(particleJson.write(LIST), UNKNOWN_FRAME)).toEqual(LIST);
  expect(particleCsv.read(particleCsv.write(LIST), FRAME)).toEqual(LIST);
});

test("RELION 5: ångström from the centre, name without blanks, the version line", () => {
  const text = relionStar.write(LIST);
  // (59.45 − 100) × 10, (86.46 − 112) × 10, (19.23 − 48) × 10; angles as scipy gives them.
  expect(text).toBe(
    [
      "",
      "# version 50001",
      "",
      "data_particles",
      "",
      "loop_",
      "_rlnTomoName #1",
      "_rlnCenteredCoordinateXAngst #2",
      "_rlnCenteredCoordinateYAngst #3",
      "_rlnCenteredCoordinateZAngst #4",
      "_rlnAngleRot #5",
      "_rlnAngleTilt #6",
      "_rlnAnglePsi #7",
      "_rlnClassNumber #8",
      "_rlnAutopickFigureOfMerit #9",
      "my_cell  -405.5000  -255.4000  -287.7000    0.000000    0.000000    0.000000 2 0.912500",
      "my_cell -1000.0000  1111.2500   470.0000    0.000000   90.000000  -90.000000 2 0.500000",
      "",
      "",
    ].join("\n"),
  );
});

test("RELION 5: the subtomogram's angles come last, refined offsets are subtracted in its frame", () => {
  const columns = [
    "rlnCenteredCoordinateXAngst",
    "rlnCenteredCoordinateYAngst",
    "rlnCenteredCoordinateZAngst",
    "rlnOriginXAngst",
    "rlnTomoSubtomogramRot",
  ];
  const text = `data_particles\nloop_\n${columns.map((name) => `_${name}`).join("\n")}\n0 0 0 20 90\n`;
  const [particle] = relionStar.read(text, FRAME).particles;
  // Rz(−90) takes the offset 20 Å along x to −y; subtracted, that is 2 voxels towards +y.
  expect([particle.x, particle.y, particle.z]).toEqual([
    expect.closeTo(100),
    expect.closeTo(114),
    expect.closeTo(48),
  ]);
  expect(particle.rotation).toMatchObject({
    z: expect.closeTo(-Math.SQRT1_2),
    w: expect.closeTo(Math.SQRT1_2),
  });
});

test("RELION 5: of several tomograms only the particles of the one at hand are read", () => {
  const other = relionStar
    .write({ ...LIST, volumeName: "other.mrc" })
    .trimEnd()
    .split("\n")
    .slice(-2);
  const text = `${relionStar.write(LIST).trimEnd()}\n${other.join("\n")}\n`;
  const { particles } = relionStar.read(text, FRAME);
  expect(particles.map(({ id, x }) => [id, x])).toEqual([
    [1, expect.closeTo(59.45)],
    [2, expect.closeTo(0)],
  ]);
  expect(() => relionStar.read(text, { ...FRAME, volumeName: "third.mrc" })).toThrow(
    "This STAR file lists particles of 2 tomograms (my_cell, other), and none of them is third.",
  );
  // One name alone is taken for the tomogram at hand: programs give it different ones.
  expect(
    relionStar.read(relionStar.write(LIST), { ...FRAME, volumeName: "third.mrc" }).particles,
  ).toHaveLength(2);
});

test("RELION STAR without a voxel size, a tomogram or RELION 5 positions is refused in a sentence", () => {
  const unsized = { ...LIST, voxelSizeAngstrom: { x: 0, y: 0, z: 0 } };
  expect(() => relionStar.write(unsized)).toThrow(/needs the voxel size, .* my cell.mrc has 0 × 0 × 0 Å/);
  expect(() => relionStar.read(relionStar.write(LIST), UNKNOWN_FRAME)).toThrow(/needs its tomogram/);
  expect(() => relionStar.read("data_\nloop_\n_rlnCoordinateX\n1\n", FRAME)).toThrow(
    /only positions as RELION 5/,
  );
});

test("DeepFinder XML: attributes in its order", () => {
  expect(deepFinderXml.write(LIST)).toBe(
    [
      "<objlist>",
      '  <object tomo_idx="0" obj_id="1" class_label="2" x="59.450" y="86.460" z="19.230" cluster_size="8100"/>',
      '  <object tomo_idx="0" obj_id="2" class_label="2" x="0.000" y="223.125" z="95.000" psi="0.000" phi="90.000" the="90.000" cluster_size="2000"/>',
      "</objlist>",
      "",
    ].join("\n"),
  );
});

const objectList = new URL(
  "../../../shared/data/annotations/deepfinder/object_list_tomo0.xml",
  import.meta.url,
);
test.skipIf(!existsSync(objectList))(
  "DeepFinder's own list of 2,498 objects in 12 classes (third-party data)",
  () => {
    const { particles } = deepFinderXml.read(readFileSync(objectList, "utf8"), UNKNOWN_FRAME);
    expect(particles).toHaveLength(2498);
    expect(new Set(particles.map((particle) => particle.label)).size).toBe(12);
    expect(particles[0]).toMatchObject({ label: 11, x: 46, y: 261, z: 144, sizeVoxels: null });
    expect(particles[0].rotation).not.toBeNull();
  },
);

test.each([
  [deepFinderXml, "<objlist><object x='1'", /This is no XML file: line 1/],
  [deepFinderXml, "<list/>", /it has no <objlist>/],
  [
    deepFinderXml,
    "<objlist><object class_label='1' x='1' y='2'/></objlist>",
    /Object 1 of the list has no z/,
  ],
  [
    deepFinderXml,
    "<objlist><object class_label='1' x='1' y='b' z='1'/></objlist>",
    /has y "b", which is not a number/,
  ],
  [particleCsv, "x,y,z\n1,2,3\n", /no column "label"/],
  [particleCsv, "label,x,y,z\n1,2,3,4\n1,2,,4\n", /Row 2 of the table has no y/],
  [particleCsv, "label,x,y,z\n1,2,three,4\n", /Row 1 of the table has y "three"/],
  [particleJson, "{", /This is no Tomoscope particle list: /],
  [particleJson, "{}", /format: /],
  [
    particleJson,
    particleJson.write(LIST).replace('"y": 86.46', '"y": "86"'),
    /particles\[0\]\.y: must be a number/,
  ],
  [
    relionStar,
    "data_\nloop_\n_rlnCenteredCoordinateXAngst\nabc\n",
    /Row 1 of data_ has rlnCenteredCoordinateXAngst abc/,
  ],
])("$id says what is wrong with %s", (format, text, sentence) => {
  expect(() => format.read(text, FRAME)).toThrow(sentence);
});

test("a file name that no format has is refused by name", () => {
  expect(() => particleFormatOf("list.txt")).toThrow(
    /list.txt is no particle file: .* \.star, \.xml, \.csv, \.json/,
  );
});
