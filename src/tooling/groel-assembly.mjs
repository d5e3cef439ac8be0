// GroEL's 14 chains from the one of PDB 1oel. The crystal (C222₁) has seven chains to its asymmetric unit; the other ring
// follows by the crystal's two-fold axis along x, which passes through the origin: chain A's Val464, of the contact
// between the rings, lies 2.6 Å from it. The seven-fold axis must cross that axis at a right angle, so two numbers
// remain: where it crosses (x) and how it is turned about x. They were searched for on a grid of 0.125 Å and 0.25°, for the
// most contacts between atoms (2.6 to 4.2 Å) of neighbouring chains with the fewest closer than that. There is one such
// place, and it shows what is known of GroEL (Braig et al. 1994, doi 10.1038/371578a0): 146 Å tall, a cavity 44 Å
// wide, Ala109 beside Ala109 (3.7 Å) and Arg452 beside Glu461 (3.1 Å) across the rings, residues 37 to 41 beside 518 to 522 of
// the next chain in the ring (4.5 to 5.8 Å), Lys207 on Glu255 (2.6 Å). No atoms of different chains are closer than 2.2 Å.
const AXIS_X = -43.5;
const AXIS_ANGLE_DEG = 92.5; // from y towards z
const FOLD = 7;

/** The matrices [rotation rows, shift] of the 14 chains. */
function matrices() {
  const angle = (AXIS_ANGLE_DEG * Math.PI) / 180;
  const [uy, uz] = [Math.cos(angle), Math.sin(angle)];
  return Array.from({ length: 2 * FOLD }, (_, i) => {
    const turn = (2 * Math.PI * (i >> 1)) / FOLD;
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    // The rotation about (0, uy, uz), by Rodrigues' formula.
    const rotation = [
      [c, -s * uz, s * uy],
      [s * uz, c + (1 - c) * uy * uy, (1 - c) * uy * uz],
      [-s * uy, (1 - c) * uy * uz, c + (1 - c) * uz * uz],
    ];
    const shift = rotation.map((row, axis) => (axis === 0 ? AXIS_X : 0) - row[0] * AXIS_X);
    // Every other chain is first turned by the two-fold axis: y and z change their sign.
    const flip = i % 2 === 1 ? -1 : 1;
    return { rotation: rotation.map(([x, y, z]) => [x, flip * y, flip * z]), shift };
  });
}

/** Returns the PDB text of all 14 chains, A to N, from that of chain A. */
export function groelAssembly(pdbText) {
  const atoms = pdbText.split("\n").filter((line) => line.startsWith("ATOM"));
  const lines = matrices().flatMap(({ rotation, shift }, chain) =>
    atoms.map((line, i) => {
      const point = [30, 38, 46].map((at) => Number(line.slice(at, at + 8)));
      const moved = rotation.map((row, axis) => row.reduce((sum, m, k) => sum + m * point[k], shift[axis]));
      const serial = String(chain * atoms.length + i + 1).padStart(5);
      const position = moved.map((value) => value.toFixed(3).padStart(8)).join("");
      return `ATOM  ${serial}${line.slice(11, 21)}${"ABCDEFGHIJKLMN"[chain]}${line.slice(22, 30)}${position}${line.slice(54)}`;
    }),
  );
  return `${lines.join("\n")}\nEND\n`;
}
