// Tests stand beside the code they test; those of the whole stand under test/.
export default {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts', '**/*.test.mjs'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/.berth/', '/tools/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.berth/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  globalSetup: './test/support/globalSetup.ts',
  globalTeardown: './test/support/globalTeardown.ts',
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  // Two cores: one for the servers and one for the tests would be idle half of the time; three workers would starve both.
  maxWorkers: 2,
  // What a file leaves in its process makes all later ones slower: the last hundred took more than twice as long as they do now.
  workerIdleMemoryLimit: '500MB',
  // Beside the chaos runs a test has a small share of two cores; what hangs is found all the same.
  testTimeout: 90_000,
};
