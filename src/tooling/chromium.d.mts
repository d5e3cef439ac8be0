export const SWIFTSHADER_ICD: string;
export const CHROMIUM_ARGS: string[];
export function findChromium(): string;
