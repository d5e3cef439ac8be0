export function groelAssembly(pdbText: string): string;
