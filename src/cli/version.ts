import { version } from "../../package.json";

/** The version of Tomoscope, as provenance records it. */
export const VERSION: string = version;
