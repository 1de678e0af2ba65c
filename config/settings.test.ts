// The settings: defaults, and everything that is wrong named at once.

import { InvalidSettings, readSettings, SETTINGS, type SettingName } from './settings.ts';

const problemsOf = (
  env: Record<string, string>,
  ...required: Parameters<typeof readSettings>[1] & string[]
): readonly string[] => {
  try {
    readSettings(env, required as never);
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems;
  }
  return [];
};

it('an empty environment is the defaults', () => {
  expect(readSettings({})).toMatchObject({
    PORT: 8080,
    DEFAULT_INSTANCE_TYPE: 't3.large',
    DEFAULT_ROOT_GB: 50,
    ROOT_GB_MIN: 30,
  });
});

it('an empty value is one that is not set', () => {
  expect(readSettings({ PORT: '', ADMIN_TOKEN: '' })).toMatchObject({ PORT: 8080 });
  expect(readSettings({ ADMIN_TOKEN: '' })).not.toHaveProperty('ADMIN_TOKEN');
});

it('all that is wrong or missing is named at once, with what it is for', () => {
  const env = {
    PORT: '99999',
    DATABASE_URL: 'mysql://x',
    ADMIN_TOKEN: 'short',
    LOG_LEVEL: 'loud',
    SWEEP_INTERVAL_MS: '1.5',
  };
  const problems = problemsOf(env, 'DATABASE_URL', 'BERTH_SERVER_SECRET');
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'PORT',
    'DATABASE_URL',
    'ADMIN_TOKEN',
    'BERTH_SERVER_SECRET',
    'SWEEP_INTERVAL_MS',
    'LOG_LEVEL',
  ]);
  expect(problems.join()).toContain('Derives the boot credentials');
});

it('bounds that contradict each other are refused', () => {
  expect(problemsOf({ ROOT_GB_MIN: '100', ROOT_GB_MAX: '50' })).toEqual([
    'ROOT_GB_MIN (100) is larger than ROOT_GB_MAX (50)',
  ]);
  expect(problemsOf({ ROOT_GB_MIN: '60' })).toEqual(['DEFAULT_ROOT_GB (50) is not between 60 and 500']);
});

it('lists are taken apart', () => {
  expect(readSettings({ INSTANCE_TYPES: 't3.large, m6i.large,' }).INSTANCE_TYPES).toEqual(['t3.large', 'm6i.large']);
});

it('what may be left out is absent, and a default is what its own rule makes of it', () => {
  const settings = readSettings({});
  for (const [name, [schema, fallback]] of Object.entries(SETTINGS)) {
    const expected = fallback === undefined ? undefined : schema.parse(fallback);
    expect(settings[name as SettingName]).toEqual(expected);
  }
});

it.each<[SettingName, string]>([
  ['PORT', '-1'],
  ['PORT', '1e3'],
  ['PORT', ' 80'],
  ['HOST', '  '],
  ['PLATFORM_URL', 'ftp://x'],
  ['PLATFORM_URL', 'localhost:8080'],
  ['DATABASE_URL', 'http://x'],
  ['BERTH_SERVER_SECRET', 's'.repeat(31)],
  ['PROVISION_TIMEOUT_SECONDS', '0'],
  ['COMMAND_TIMEOUT_MS', '60001'],
])('%s=%j is refused by its name', (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} `));
});

it('a secret that is refused is not repeated in the message', () => {
  expect(problemsOf({ ADMIN_TOKEN: 'hunter2' }).join()).not.toContain('hunter2');
});

it('a liveness that is shorter than a heartbeat, an empty list and a tenant that is none are refused', () => {
  const env = { LIVENESS_TTL_SECONDS: '30', INSTANCE_TYPES: ',', MOLECULE_ORG_ID: 'Not A Tenant' };
  expect(() => readSettings(env)).toThrow(/MOLECULE_ORG_ID[\s\S]*INSTANCE_TYPES[\s\S]*LIVENESS_TTL_SECONDS/);
});
