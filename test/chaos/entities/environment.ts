/** What the worker of the entities is told by. */
export const ENV = { address: 'ENTITIES_ADDRESS', queue: 'ENTITIES_QUEUE', bundle: 'ENTITIES_BUNDLE' } as const;
