// The longest tests begin first, so that neither core is idle at the end: without a cache of durations jest goes by the size of files.

import { statSync } from 'node:fs';

/** @param {string} path */
const rank = (path) => {
  if (path.endsWith('/test/chaos/operations.test.ts')) return 0;
  return /\/test\/(e2e|chaos|replay|deploy)\//.test(path) ? 1 : 2;
};

/** What jest asks for in a run without shards; durations are not kept. */
export default class LongestFirst {
  /** @param {{ path: string }[]} tests */
  sort(tests) {
    const sized = tests.map((test) => ({ test, rank: rank(test.path), size: statSync(test.path).size }));
    return sized.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ test }) => test);
  }

  cacheResults() {}
}
