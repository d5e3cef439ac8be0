import type { ParticleList } from "./particle-list";

/** What a file of positions does not say itself: the volume that they lie in, and the classes' names. */
export type ParticleFrame = Omit<ParticleList, "particles">;

/** A frame for lists whose volume is not known; formats that need its size refuse it. */
export const UNKNOWN_FRAME: ParticleFrame = {
  volumeName: "",
  shape: [0, 0, 0],
  voxelSizeAngstrom: { x: 0, y: 0, z: 0 },
  classes: [],
};

/** A kind of file that particle lists are written to and read from. */
export interface ParticleFormat {
  readonly id: string;
  readonly label: string;
  /** With its dot: ".star". */
  readonly extension: string;
  readonly mimeType: string;
  /** What the format loses or needs, in one sentence for the export menu. */
  readonly note: string;
  /** Throws FormatError "cannot-write" where the list lacks what the format needs. */
  write(list: ParticleList): string;
  /** Throws FormatError naming the line or field that is wrong. */
  read(text: string, frame: ParticleFrame): ParticleList;
}
