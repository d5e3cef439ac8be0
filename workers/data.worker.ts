import { transfer } from "comlink";
import type { DataService, SurfaceMesh } from "../src/contracts/data";
import { exposeService } from "./expose-service";
import { modelFiles } from "./model-files";
import { createOpenVolumes } from "./open-volumes";

const volumes = createOpenVolumes();
const meshBuffers = ({ positions, normals, indices }: SurfaceMesh) => [
  positions.buffer,
  normals.buffer,
  indices.buffer,
];

/** Images and meshes are handed over, not copied. */
const service: DataService = {
  ...volumes,
  ...modelFiles,
  async slice(...request) {
    const image = await volumes.slice(...request);
    return transfer(image, [image.values.buffer]);
  },
  async isosurface(...request) {
    const mesh = await volumes.isosurface(...request);
    return transfer(mesh, meshBuffers(mesh));
  },
  async labelSurfaces(...request) {
    const surfaces = await volumes.labelSurfaces(...request);
    return transfer(surfaces, surfaces.flatMap(meshBuffers));
  },
  async powerSpectrum(...request) {
    const spectrum = await volumes.powerSpectrum(...request);
    return transfer(spectrum, [spectrum.values.buffer]);
  },
};

exposeService(service);
