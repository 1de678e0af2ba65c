// The contract alone: no Postgres, no Temporal, and one test at a time where the account is a real one.

import whole from '../../jest.config.mjs';

const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = whole;

export default {
  ...rest,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/contract/**/*.test.ts'],
  // A new account has five vCPUs (facts/ec2.md 2), of which a test takes up to four.
  maxWorkers: process.env['CONTRACT_ENDPOINT'] === undefined ? whole.maxWorkers : 1,
};
