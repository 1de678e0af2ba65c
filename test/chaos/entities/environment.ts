// How the test tells the worker of its entities where to work.

export const ENV = { address: 'ENTITIES_ADDRESS', queue: 'ENTITIES_QUEUE', bundle: 'ENTITIES_BUNDLE' } as const;
