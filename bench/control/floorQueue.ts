// As bench/workers.ts has it.

export const FLOOR_QUEUE = 'bench-floor';
