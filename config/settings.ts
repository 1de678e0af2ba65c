// Every setting of Berth, read once at start from the environment; all that is wrong is named at once (design, section 10).

import { z } from 'zod';
import { OS_FAMILIES } from '../domain/compute/block.ts';
import { parseUsd } from '../domain/money.ts';

const text = z.string().trim().min(1);
const secret = (bytes: number) => z.string().min(bytes, `must be at least ${bytes} characters long`);
const whole = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));
const usd = z.string().refine((value) => parseUsd(value) !== null, 'must be an amount in USD, 1.50');
const url = (protocol: RegExp) => z.url({ protocol });
const list = text
  .transform((value) =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(z.string()).min(1, 'must name at least one'));
/** As a browser sends them: scheme, host and port, nothing after. */
const origins = list.refine(
  (all) => all.every((value) => URL.canParse(value) && new URL(value).origin === value),
  'must be origins, https://example.com',
);
const networks = list.refine(
  (all) => all.every((value) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(value).success),
  'must be networks, 10.0.0.0/8',
);
/** `image or variant=seconds`, comma-separated. */
const secondsByImage = list
  .refine(
    (all) => all.every((part) => /^[^=]+=\d+$/.test(part) && isDuration(Number(part.split('=')[1]))),
    'must be image=seconds, from 1 to 86400, ami-0abc=900',
  )
  .transform((all) => new Map(all.map((part) => part.split('=')).map(([image, seconds]) => [image!, Number(seconds)])));
const isDuration = (seconds: number): boolean => seconds >= 1 && seconds <= 86_400;
/** As domain/ids.ts has it. */
const tenant = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be 1 to 64 of a-z, 0-9 and "-"');

/** Name -> [schema, default, what it is for]. The configuration page of the docs is this table. */
export const SETTINGS = {
  PORT: [whole(0, 65535), '8080', 'Port of the API; 0 = any free one'],
  HOST: [text, '127.0.0.1', 'Address that the API listens on'],
  DATABASE_URL: [url(/^postgres(ql)?$/), undefined, 'Postgres'],
  TEMPORAL_ADDRESS: [text, 'localhost:7233', 'Temporal frontend, host:port'],
  TEMPORAL_NAMESPACE: [text, 'default', 'Temporal namespace'],
  TASK_QUEUE: [text, 'berth', 'Temporal task queue of the workflows and activities'],
  AWS_REGION: [text, 'us-east-1', 'Region of the machines'],
  AWS_ENDPOINT_URL: [url(/^https?$/), undefined, 'Another AWS endpoint, such as the emulator; unset = AWS'],
  PLATFORM_URL: [url(/^https?$/), undefined, 'The API as a machine reaches it; goes into the user data'],
  ADMIN_TOKEN: [secret(16), undefined, 'Bearer token with full rights'],
  BERTH_SERVER_SECRET: [
    secret(32),
    undefined,
    'Derives the boot credentials and the secrets of webhooks; the same for API and worker',
  ],
  API_URL: [url(/^https?$/), 'http://127.0.0.1:8080', "Where an operator's commands find the API"],
  MOLECULE_ORG_ID: [
    tenant,
    undefined,
    'Serve this tenant alone; unset = X-Molecule-Org-Id chooses, "default" without it',
  ],
  DEFAULT_INSTANCE_TYPE: [text, 't3.large', 'Instance type of a workspace that names none (X1)'],
  DEFAULT_ROOT_GB: [whole(1, 65536), '50', 'Root volume of a workspace that names no size, GiB (X1)'],
  DEFAULT_HOME_GB: [whole(1, 65536), '20', 'Home volume, GiB'],
  ROOT_GB_MIN: [whole(1, 65536), '30', 'Smallest root volume that may be asked for, GiB (X4)'],
  ROOT_GB_MAX: [whole(1, 65536), '500', 'Largest root volume that may be asked for, GiB (X4)'],
  INSTANCE_TYPES: [
    list,
    't3.medium,t3.large,t3.xlarge,t3.2xlarge,m6i.large,m6i.xlarge,c6i.xlarge',
    'Instance types that a caller may name, comma-separated',
  ],
  GPU_INSTANCE_TYPES: [
    list,
    'g4dn.xlarge,g4dn.2xlarge,g4dn.4xlarge,g4dn.12xlarge,g5.xlarge,g5.2xlarge,g5.4xlarge,g5.12xlarge,g5.48xlarge,g6.xlarge,g6.2xlarge,g6.4xlarge,g6.12xlarge,g6.48xlarge,p4d.24xlarge,p4de.24xlarge,p5.4xlarge,p5.48xlarge',
    'Instance types with a GPU that a caller may name; each tenant needs an entitlement as well (R29)',
  ],
  HOME_GB_MIN: [whole(1, 65536), '1', 'Smallest home that may be asked for, GiB'],
  HOME_GB_MAX: [whole(1, 65536), '1000', 'Largest home that may be asked for, GiB'],
  DEFAULT_OS_FAMILY: [z.enum(OS_FAMILIES), 'ubuntu', 'OS of a workspace that names none'],
  DEFAULT_OS_VERSION: [text, '24.04', 'Its version'],
  DESKTOP_INSTANCE_TYPE: [text, 'm6i.xlarge', 'Instance type of a desktop that names none (X16)'],
  DESKTOP_ROOT_GB: [whole(1, 65536), '100', 'Root volume of a desktop that names no size, GiB (X16)'],
  GPU_ROOT_GB: [whole(1, 65536), '100', 'Root volume of a machine with a GPU that names no size, GiB'],
  DESKTOP_WIDTH: [whole(800, 3840), '1920', 'Width of a desktop that names none, pixels'],
  DESKTOP_HEIGHT: [whole(600, 2160), '1080', 'Height of a desktop that names none, pixels'],
  RESTRICTED_SECURITY_GROUP_ID: [
    text,
    undefined,
    'Security group of machines that must not reach the internet; unset = egress_open: false is refused (Q14)',
  ],
  BERTH_ENVIRONMENT: [
    text,
    'production',
    'Name of this deployment; entitlements say which of them may launch GPUs (Q3)',
  ],
  FREE_HOURLY_USD: [usd, '1.00', 'Above this price a create must say max_hourly_usd, USD per hour'],
  QUOTA_MAX_AGE_SECONDS: [whole(0, 86_400), '300', 'How old a measured AWS quota may be'],
  QUOTA_REQUEST_LOOK_MS: [
    whole(10, 3_600_000),
    '60000',
    'Until AWS is first asked what became of a request for a higher quota; later ever more rarely',
  ],
  IMAGE_ID: [text, undefined, 'Launch this image instead of looking one up'],
  IMAGE_OWNER: [text, '099720109477', 'Account that owns the image (default: Canonical)'],
  IMAGE_NAME: [
    text,
    'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-*-server-*',
    'Name pattern of the image; the newest that fits the architecture is launched',
  ],
  IMAGE_CANARY_TIMEOUT_SECONDS: [
    whole(1, 86_400),
    '900',
    "How long a new image's canary may take to pass EC2's status checks, else it is rejected",
  ],
  PROVISION_TIMEOUT_SECONDS: [whole(1, 86_400), '600', 'From create to registered, else everything is unwound'],
  IMAGE_PROVISION_TIMEOUTS: [
    secondsByImage,
    undefined,
    'The same for images that take another time, `ami-0abc=900`, or variants, `ubuntu/24.04/x86_64/gpu=1200`; comma-separated, seconds',
  ],
  QUIESCE_TIMEOUT_SECONDS: [whole(1, 3600), '60', 'For a machine to bring its home to rest'],
  DETACH_TIMEOUT_SECONDS: [whole(1, 3600), '120', 'For AWS to let go of a home that nobody has mounted'],
  SNAPSHOT_TIMEOUT_SECONDS: [whole(1, 86_400), '3600', 'For the snapshot of a home to be whole'],
  RETURN_TIMEOUT_SECONDS: [whole(1, 3600), '300', 'For the old machine to have its home back after a failure'],
  STOP_TIMEOUT_SECONDS: [whole(1, 3600), '600', 'For an instance to stop'],
  EC2_EVENT_QUEUE: [
    text,
    undefined,
    'SQS queue that EventBridge sends the events of EC2 to; without one the machines and the sweep alone tell',
  ],
  MACHINE_WATCH_MS: [whole(10, 3_600_000), '30000', 'Between two looks for machines that have ended unasked'],
  SPOT_DEMOTE_AFTER: [
    whole(1, 1000),
    '3',
    'Interruptions within a day after which a workspace that may become on-demand does at once',
  ],
  CAPACITY_RETRY_FIRST_MS: [
    whole(10, 86_400_000),
    '60000',
    'Until AWS is asked again for a machine that it had no room for when the last one was taken away; doubled each time',
  ],
  CAPACITY_RETRY_MAX_MS: [whole(10, 86_400_000), '900000', 'The longest of those waits'],
  CHECKPOINT_EVERY_MINUTES: [
    whole(0, 1440),
    '60',
    'Between two restore points that a spot workspace gets by itself where it does not say; 0 = none',
  ],
  RESTORE_POINTS_KEPT: [whole(1, 1000), '5', 'Restore points of a workspace that are kept however old they are'],
  RESTORE_POINT_DAYS: [whole(1, 3650), '30', 'Age at which the others are deleted'],
  SCHEDULED_RESTORE_POINTS_KEPT: [
    whole(1, 1000),
    '24',
    'Restore points that a workspace got by itself of which as many are kept, beside the others',
  ],
  SCHEDULED_RESTORE_POINT_DAYS: [whole(1, 3650), '7', 'Age at which those are deleted in any case'],
  ORPHANS: [
    z.enum(['report', 'delete']),
    'report',
    'What nobody owns in AWS is shown at /admin/orphans; `delete`: it is ended too, where it is provably ours',
  ],
  ORPHAN_GRACE_SECONDS: [whole(0, 604_800), '3600', 'How long nobody must have owned it before it is ended'],
  KEEP_DELETED_DAYS: [whole(0, 365), '7', 'How long a deleted workspace can be restored; 0 = not at all'],
  SWEEP_INTERVAL_MS: [whole(10, 60_000), '2000', 'Between two looks at the instances while an operation waits for one'],
  NOT_FOUND_GRACE_SECONDS: [whole(0, 3600), '60', 'How long "not found" after a launch means "not yet"'],
  ABSENT_AFTER_SECONDS: [whole(1, 86_400), '600', 'How long unseen after a terminate means gone'],
  HEARTBEAT_INTERVAL_SECONDS: [whole(1, 3600), '30', 'Between two heartbeats of a machine'],
  LIVENESS_TTL_SECONDS: [whole(1, 86_400), '180', 'Without a heartbeat for so long a workspace reads as offline'],
  TAKEOVER_GRACE_MS: [whole(100, 60_000), '5000', 'For the agent to yield control to a person who asks for it (R58)'],
  PARK_TIMEOUT_SECONDS: [
    whole(1, 86_400),
    '1800',
    'How long the agent is kept out after a person has lost control, if nobody says otherwise',
  ],
  SCREENSHOTS_WHILE_HUMAN: [
    z.enum(['hidden', 'shown']),
    'hidden',
    'Whether the agent gets screenshots while a person has control',
  ],
  DISPLAY_SESSION_SIGNING_SECRET: [secret(32), undefined, 'Opens display sessions; unset = they are answered with 503'],
  DISPLAY_ORIGINS: [
    origins,
    undefined,
    'Origins of the pages that may open a display, or use a session, comma-separated; unset = none',
  ],
  SESSION_CHECK_URL: [
    url(/^https?$/),
    undefined,
    'Asked with the cookie of a browser and ?slug=<tenant> whose session it is; unset = people need a token',
  ],
  DISPLAY_NETWORKS: [
    networks,
    '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7',
    'Networks that the machines are in: a display anywhere else is not connected to',
  ],
  DISPLAY_TICKET_SECONDS: [whole(30, 60), '60', 'How long a ticket to a display is good for'],
  DISPLAY_VIEWERS_MAX: [whole(1, 60), '30', 'Viewers of one desktop in one API process'],
  DISPLAY_IDLE_SECONDS: [whole(1, 86_400), '1800', 'A display session without a byte for so long is closed'],
  DISPLAY_SESSION_SECONDS: [whole(1, 86_400), '28800', 'A display session is closed after so long'],
  WEBHOOK_NETWORKS: [
    networks,
    undefined,
    'Networks that webhooks may be in though they are not public, `127.0.0.0/8,::1/128` for development; unset = public addresses alone',
  ],
  WEBHOOK_HTTP: [
    z.enum(['loopback', 'allowed']),
    'loopback',
    'Where webhooks may be without TLS: on this machine, if WEBHOOK_NETWORKS has it, or anywhere',
  ],
  WEBHOOK_TIMEOUT_MS: [whole(100, 60_000), '10000', 'For the receiver of a webhook to answer'],
  WEBHOOK_RETRY_FIRST_MS: [
    whole(10, 3_600_000),
    '5000',
    'Until a delivery that failed is tried again; each further wait is three times as long',
  ],
  WEBHOOK_RETRY_LONGEST_MS: [whole(10, 86_400_000), '7200000', 'The longest wait between two tries of a delivery'],
  WEBHOOK_GIVE_UP_SECONDS: [
    whole(1, 2_592_000),
    '86400',
    'How long a delivery is tried before it is set aside as failed',
  ],
  WEBHOOK_SECRET_OVERLAP_SECONDS: [
    whole(0, 2_592_000),
    '86400',
    "How long a webhook's old secret is signed with beside the new one, if the rotation does not say",
  ],
  WEBHOOK_DELIVERY_DAYS: [whole(1, 3650), '14', 'How long deliveries that are delivered or set aside are kept'],
  WEBHOOK_INTERVAL_MS: [whole(10, 60_000), '1000', 'Between two looks for deliveries whose time has come'],
  COMMAND_TIMEOUT_MS: [
    whole(100, 60_000),
    '10000',
    'How long a command waits for a worker; the canvas gives up at 15 s',
  ],
  LOG_LEVEL: [z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']), 'info', 'Least severe log line written'],
  GIT_SHA: [text, 'unknown', 'Build that /buildinfo names'],
} as const satisfies Record<string, readonly [z.ZodType, string | undefined, string]>;

type Table = typeof SETTINGS;
export type SettingName = keyof Table;
type Value<Name extends SettingName> = z.output<Table[Name][0]>;
export type Settings = {
  readonly [Name in SettingName]: undefined extends Table[Name][1] ? Value<Name> | undefined : Value<Name>;
};

export type SettingsWith<Name extends SettingName> = Settings & { readonly [N in Name]-?: NonNullable<Settings[N]> };

/**
 * The settings in `env`, of which `required` must be given.
 * Throws one InvalidSettings that names every setting that is missing or wrong.
 */
export function readSettings<Name extends SettingName = never>(
  env: Readonly<Record<string, string | undefined>>,
  required: readonly Name[] = [],
): SettingsWith<Name> {
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, [schema, fallback, purpose]] of Object.entries(SETTINGS)) {
    const given = env[name] === '' ? undefined : env[name];
    const value = given ?? fallback;
    if (value === undefined) {
      if ((required as readonly string[]).includes(name)) problems.push(`${name} is not set (${purpose})`);
      continue;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) settings[name] = parsed.data;
    else problems.push(`${name} ${parsed.error.issues.map((issue) => issue.message).join(', ')} (${purpose})`);
  }
  const { ROOT_GB_MIN: min, ROOT_GB_MAX: max, DEFAULT_ROOT_GB: rootGb } = settings as Settings;
  if (min > max) problems.push(`ROOT_GB_MIN (${min}) is larger than ROOT_GB_MAX (${max})`);
  else if (rootGb < min || rootGb > max) problems.push(`DEFAULT_ROOT_GB (${rootGb}) is not between ${min} and ${max}`);
  const { HEARTBEAT_INTERVAL_SECONDS: beat, LIVENESS_TTL_SECONDS: ttl } = settings as Settings;
  if (ttl <= beat)
    problems.push(`LIVENESS_TTL_SECONDS (${ttl}) is not longer than HEARTBEAT_INTERVAL_SECONDS (${beat})`);
  if (problems.length > 0) throw new InvalidSettings(problems);
  return settings as SettingsWith<Name>;
}

export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}
