import { XMLParser, XMLValidator } from "fast-xml-parser";
import { FormatError } from "../../core/errors";
import type { ParticleFormat, ParticleFrame } from "../../core/particles/particle-format";
import type { Particle, ParticleList } from "../../core/particles/particle-list";
import { fromTomAngles, toTomAngles } from "./tom-angles";

type Attributes = Readonly<Record<string, string | undefined>>;

function write(list: ParticleList): string {
  const objects = list.particles.map((particle) => {
    const { id, label, x, y, z, rotation, sizeVoxels } = particle;
    const attributes: [string, string][] = [
      ["tomo_idx", "0"],
      ["obj_id", String(id)],
      ["class_label", String(label)],
      ["x", x.toFixed(3)],
      ["y", y.toFixed(3)],
      ["z", z.toFixed(3)],
    ];
    if (rotation) {
      const { psi, phi, theta } = toTomAngles(rotation);
      attributes.push(["psi", psi.toFixed(3)], ["phi", phi.toFixed(3)], ["the", theta.toFixed(3)]);
    }
    if (sizeVoxels !== null) attributes.push(["cluster_size", String(sizeVoxels)]);
    return `  <object ${attributes.map(([name, value]) => `${name}="${value}"`).join(" ")}/>`;
  });
  return `${["<objlist>", ...objects, "</objlist>"].join("\n")}\n`;
}

function toParticle(attributes: Attributes, index: number): Particle {
  const optional = (name: string): number | null => {
    const text = attributes[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value)) return value;
    const sentence = `Object ${index + 1} of the list has ${name} "${text}", which is not a number.`;
    throw new FormatError("bad-value", sentence, { object: index + 1, name });
  };
  const required = (name: string): number => {
    const value = optional(name);
    if (value !== null) return value;
    throw new FormatError("bad-value", `Object ${index + 1} of the list has no ${name}.`, {
      object: index + 1,
      name,
    });
  };
  const [phi, psi, theta] = [optional("phi"), optional("psi"), optional("the")];
  return {
    id: index + 1,
    label: required("class_label"),
    x: required("x"),
    y: required("y"),
    z: required("z"),
    sizeVoxels: optional("cluster_size"),
    score: null,
    rotation: phi === null || psi === null || theta === null ? null : fromTomAngles({ phi, psi, theta }),
  };
}

function read(text: string, frame: ParticleFrame): ParticleList {
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, msg } = valid.err;
    throw new FormatError("not-this-format", `This is no XML file: line ${line}: ${msg}`, { line });
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    isArray: (name) => name === "object",
  });
  const parsed = parser.parse(text) as { objlist?: { object?: Attributes[] } | "" };
  if (parsed.objlist === undefined)
    throw new FormatError("not-this-format", "This is no DeepFinder list: it has no <objlist>.");
  const objects = parsed.objlist === "" ? [] : (parsed.objlist.object ?? []);
  return { ...frame, particles: objects.map(toParticle) };
}

/** DeepFinder's object list: voxels from the corner, angles phi, psi, the, cluster sizes. */
export const deepFinderXml: ParticleFormat = {
  id: "deepfinder-xml",
  label: "DeepFinder XML",
  extension: ".xml",
  mimeType: "application/xml",
  note: "Positions in voxels; scores and class names are not kept.",
  write,
  read,
};
