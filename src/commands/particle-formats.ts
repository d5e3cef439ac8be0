/** The particle lists that can be written, and the convention of each, said before it is saved. */
export const PARTICLE_FORMATS = [
  {
    id: "star",
    label: "RELION 5 STAR",
    extension: "star",
    convention: "ångström from the tomogram's centre (N/2)",
  },
  { id: "xml", label: "DeepFinder XML", extension: "xml", convention: "voxels from the corner, 0-based" },
  {
    id: "csv",
    label: "CSV",
    extension: "csv",
    convention: "voxels and ångström from the corner, 0-based",
  },
  { id: "json", label: "JSON", extension: "json", convention: "voxels from the corner, 0-based" },
] as const;

export type ParticleFormat = (typeof PARTICLE_FORMATS)[number]["id"];
