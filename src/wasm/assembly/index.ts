// Everything that the WebAssembly module exports. Kernels work on raw pointers into the shared memory and allocate nothing.
export * from "./conv3d";
export * from "./memory";
