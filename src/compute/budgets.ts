/** What a tile may take of the computer's memory: a tab is ended at about 4 GB, and the volume lives there too. */
export const CPU_BUDGET_BYTES = 1e9;

/** What a tile may take of the GPU's memory: laptops have 4 GB, which the screen shares. */
export const GPU_BUDGET_BYTES = 2e9;
