/**
 * Set-up of the gpu lane. Dawn for Node asks for news of the GPU by setImmediate, again and again: a loop that takes a whole core,
 * which a GPU in software needs for itself. A millisecond between two looks costs the tests nothing.
 */
Object.assign(globalThis, { setImmediate: (look: () => void) => setTimeout(look, 1) });

export {};
