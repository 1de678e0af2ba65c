// The one registry of errors: code, HTTP status, whether a retry can help, what it says and what to do (design, section 7).

type ErrorEntry = {
  /** HTTP status when the API answers with it. */
  readonly status: number;
  /** True when the same request, unchanged, may succeed later. */
  readonly retryable: boolean;
  /** One sentence that names the cause; `{name}` is filled from the context. */
  readonly message: string;
  /** What the reader of the message can do about it. */
  readonly nextStep: string;
};

const define = <Code extends string>(entries: Readonly<Record<Code, ErrorEntry>>) => entries;

export const ERRORS = define({
  // The request itself
  VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    message: 'The request is not valid: {problem}.',
    nextStep: 'Correct the field and send it again.',
  },
  MALFORMED_JSON: {
    status: 400,
    retryable: false,
    message: 'The request body is not valid JSON.',
    nextStep: 'Send a JSON object with Content-Type: application/json.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    message: 'The request body is larger than {limit_bytes} bytes.',
    nextStep: 'Send a smaller body.',
  },
  INVALID_WORKSPACE_ID: {
    status: 400,
    retryable: false,
    message: 'invalid workspace ID',
    nextStep: 'Use the id that POST /workspaces answered, a UUID.',
  },
  INVALID_IDEMPOTENCY_KEY: {
    status: 400,
    retryable: false,
    message: 'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
    nextStep: 'Send another key, for example a UUID.',
  },
  INVALID_TENANT: {
    status: 400,
    retryable: false,
    message: 'X-Molecule-Org-Id must be 1 to 64 of a-z, 0-9 and "-".',
    nextStep: "Send the organisation's id, or leave the header out.",
  },
  INVALID_LAST_EVENT_ID: {
    status: 400,
    retryable: false,
    message: 'Last-Event-ID is not an id that this stream gave.',
    nextStep: 'Send the last id received, or leave the header out.',
  },
  TENANT_UNKNOWN: {
    status: 404,
    retryable: false,
    message: 'not found',
    nextStep: 'Check X-Molecule-Org-Id.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    message: 'This Idempotency-Key was used before with another request.',
    nextStep: 'Use a new key for a new request.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no {method} {path}.',
    nextStep: 'See the README for the routes.',
  },

  // Who is asking
  ADMIN_AUTH_REQUIRED: {
    status: 401,
    retryable: false,
    message: 'admin auth required',
    nextStep: 'Send Authorization: Bearer <ADMIN_TOKEN>.',
  },
  ADMIN_AUTH_INVALID: {
    status: 401,
    retryable: false,
    message: 'invalid admin auth token',
    nextStep: 'Check the token against ADMIN_TOKEN of the API.',
  },
  WORKSPACE_AUTH_REQUIRED: {
    status: 401,
    retryable: false,
    message: 'missing workspace auth token',
    nextStep: 'Send the token that registration answered, or the admin token, as a bearer.',
  },
  WORKSPACE_AUTH_INVALID: {
    status: 401,
    retryable: false,
    message: 'invalid workspace auth token',
    nextStep: "Use the token of this workspace's current generation.",
  },

  // Workspaces
  WORKSPACE_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no workspace {workspace_id}.',
    nextStep: 'List the workspaces with GET /workspaces.',
  },
  WORKSPACE_REMOVED: {
    status: 404,
    retryable: false,
    message: 'The workspace {workspace_id} was removed.',
    nextStep: 'Create a new one with POST /workspaces.',
  },
  OPERATION_IN_PROGRESS: {
    status: 409,
    retryable: true,
    message: 'The workspace is busy: {operation} is running (operation {operation_id}).',
    nextStep: 'Wait until it ends, or delete the workspace.',
  },
  ADMIN_ONLY: {
    status: 403,
    retryable: false,
    message: 'Only an admin may change {fields}.',
    nextStep: 'Send the admin token, or leave these fields out.',
  },
  NO_RESTORE_POINT: {
    status: 409,
    retryable: false,
    message: 'The workspace {workspace_id} has no restore point that is whole.',
    nextStep: 'List them with GET /workspaces/:id/restore-points.',
  },
  WORKSPACE_NOT_RESTORABLE: {
    status: 409,
    retryable: false,
    message: 'The time in which the workspace {workspace_id} could be restored is over.',
    nextStep: 'Create a new one with POST /workspaces.',
  },
  ACTIVE_TASKS: {
    status: 409,
    retryable: true,
    message: 'The workspace has {active_tasks} active task(s).',
    nextStep: 'Wait until they end, or send ?force=true.',
  },
  SPOT_INTERRUPTED: {
    status: 503,
    retryable: true,
    message: 'AWS has taken the spot machine {instance_id} away, and the workspace is paused as its policy says.',
    nextStep: 'Resume it with POST /workspaces/:id/resume; its home is kept.',
  },
  WRONG_PHASE: {
    status: 409,
    retryable: false,
    message: 'A workspace that is {phase} can not {command}.',
    nextStep: 'It has to be {needed}.',
  },
  OPERATION_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'The workspace has no operation {operation_id}.',
    nextStep: 'List its operations with GET /workspaces/:id/operations.',
  },
  OPERATION_NOT_ABORTABLE: {
    status: 409,
    retryable: false,
    message: 'The {operation} {operation_id} can not be aborted: it takes away what it would have to give back.',
    nextStep: 'Wait until it ends. A deleted workspace can be restored while it has a restore point.',
  },
  CONFIRMATION_REQUIRED: {
    status: 409,
    retryable: false,
    message: 'This deletes the home for good, and was not confirmed with the name of the workspace.',
    nextStep: 'Send the name of the workspace as X-Confirm-Name, or leave out purge to keep a restore point.',
  },
  RESTORE_POINT_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no restore point {restore_point_id}.',
    nextStep: 'List them with GET /workspaces/:id/restore-points.',
  },
  RESTORE_POINT_NOT_READY: {
    status: 409,
    retryable: true,
    message: 'The restore point {restore_point_id} is {state}.',
    nextStep: 'Choose one that is completed, or wait until this one is.',
  },
  LAST_RESTORE_POINT: {
    status: 409,
    retryable: false,
    message: 'The restore point {restore_point_id} is the last one of a home that is in use.',
    nextStep: 'Take another one first: POST /workspaces/:id/restore-points.',
  },
  HOME_CANNOT_SHRINK: {
    status: 400,
    retryable: false,
    message: 'The home has {size_gb} GiB, and {asked_gb} were asked for: a volume can grow, but not shrink.',
    nextStep: 'Ask for at least {size_gb} GiB in volume.home_gb.',
  },
  MACHINE_UNRESPONSIVE: {
    status: 503,
    retryable: true,
    message: 'The machine {instance_id} did not answer the order to {order} within {timeout_seconds} s.',
    nextStep: 'Try again, or recreate with "strategy": "replace", which ends the old machine first.',
  },
  ORDER_FAILED: {
    status: 503,
    retryable: true,
    message: 'The machine {instance_id} could not {order}: {because}.',
    nextStep: 'Try again, or recreate with "strategy": "replace", which ends the old machine first.',
  },
  HOME_MOVE_TIMEOUT: {
    status: 503,
    retryable: true,
    message: 'AWS did not report {resource_id} as {wanted} within {timeout_seconds} s.',
    nextStep: 'Try again later; the home stays where it is.',
  },
  SNAPSHOT_FAILED: {
    status: 503,
    retryable: true,
    message: 'The snapshot {snapshot_id} of the home failed.',
    nextStep: 'Try again; the home itself is not touched.',
  },
  HOME_NOT_RETURNED: {
    status: 503,
    retryable: true,
    message:
      'The operation failed, and the old machine could not be given its home back: {because}. The home is {volume_id}.',
    nextStep: 'Recreate the workspace: its home is kept.',
  },
  MACHINE_LOST: {
    status: 503,
    retryable: true,
    message: 'The operation failed after the old machine had been ended: {because}. The home is {volume_id}.',
    nextStep: 'Recreate the workspace: its home is kept.',
  },
  HOME_DIFFERS: {
    status: 409,
    retryable: false,
    message: 'The machine has not mounted the home that was left: {because}.',
    nextStep:
      'The workspace stays on its old machine. Look at the new one with GET /workspaces/:id/operations, and try again.',
  },
  INSTANCE_TYPE_UNKNOWN: {
    status: 400,
    retryable: false,
    message: 'There is no instance type "{instance_type}".',
    nextStep: 'Choose one of: {allowed}.',
  },
  INSTANCE_TYPE_NOT_ALLOWED: {
    status: 400,
    retryable: false,
    message: 'The instance type "{instance_type}" is not on the allow-list.',
    nextStep: 'Choose one of: {allowed}.',
  },
  ROOT_GB_OUT_OF_RANGE: {
    status: 400,
    retryable: false,
    message: 'compute.volume.root_gb is {root_gb}; it must be a whole number from {min} to {max}.',
    nextStep: 'Ask for a size in that range.',
  },
  INSTANCE_TYPE_CONTRADICTED: {
    status: 400,
    retryable: false,
    message: 'The instance type "{instance_type}" contradicts {field}: {wanted}.',
    nextStep: 'Leave one of the two out, or choose one of: {would_do}.',
  },
  NO_INSTANCE_TYPE: {
    status: 400,
    retryable: false,
    message: 'No allowed instance type has all of: {wanted}.',
    nextStep: 'Ask for less, or ask the operator for another allow-list; GET /compute/metadata says what there is.',
  },
  COMPUTE_OUT_OF_RANGE: {
    status: 400,
    retryable: false,
    message: 'compute.{field} is {value}; it must be a whole number from {min} to {max}.',
    nextStep: 'Ask for a value in that range.',
  },
  COMPUTE_CONTRADICTORY: {
    status: 400,
    retryable: false,
    message: 'compute.{field} makes no sense: {because}.',
    nextStep: 'Leave one of the two out.',
  },
  EGRESS_RESTRICTION_UNAVAILABLE: {
    status: 400,
    retryable: false,
    message: 'This platform has no restricted network to put the machine in.',
    nextStep: 'Leave network.egress_open out, or ask the operator to set RESTRICTED_SECURITY_GROUP_ID.',
  },
  DISPLAY_PROTOCOL_UNAVAILABLE: {
    status: 400,
    retryable: false,
    message: 'No image serves the display protocol "{protocol}".',
    nextStep: 'Choose one of: {available}.',
  },
  TIER_FORBIDS: {
    status: 403,
    retryable: false,
    message: 'A workspace of tier {tier} can not have {what}.',
    nextStep: 'Create it with tier {least} or higher.',
  },
  /** 409 and not 402, as existing clients expect (facts/wire.md 1.3). */
  WORKSPACE_LIMIT: {
    status: 409,
    retryable: false,
    message: 'This tenant may have {limit} workspaces, and has them.',
    nextStep: 'Delete one, or ask the operator for a higher limit.',
  },
  NOT_ENTITLED: {
    status: 403,
    retryable: false,
    message: 'This tenant is not entitled to {what}.',
    nextStep: 'Change compute.{field}, or ask the operator for the entitlement.',
  },
  PRICE_UNKNOWN: {
    status: 409,
    retryable: true,
    message: 'The price of {instance_type} is not known, and it is not launched without one.',
    nextStep: 'Try again when the prices were refreshed.',
  },
  COST_AUTHORIZATION_REQUIRED: {
    status: 409,
    retryable: false,
    message: 'This costs {hourly_usd} USD an hour and needs an authorisation.',
    nextStep: 'Send max_hourly_usd of at least {hourly_usd}.',
  },
  COST_ABOVE_AUTHORIZED: {
    status: 409,
    retryable: false,
    message: 'This costs {hourly_usd} USD an hour; {max_hourly_usd} were authorised.',
    nextStep: 'Authorise more, or ask for less.',
  },
  BUDGET_EXCEEDED: {
    status: 409,
    retryable: false,
    message:
      "The tenant's {period} budget is {budget_usd} USD; {used_usd} are in use, and this needs {asked_usd} more.",
    nextStep: 'Delete or pause a workspace, or ask the operator for a larger budget.',
  },
  AWS_QUOTA_INSUFFICIENT: {
    status: 409,
    retryable: false,
    message:
      'The AWS quota {quota_code} has {limit} vCPUs; {in_use} are in use, {reserved} reserved, and this needs {asked}.',
    nextStep:
      'Free machines, ask for another market or a smaller type, or have the quota raised: `berth quotas request {quota_code} <vCPUs>`, or https://console.aws.amazon.com/servicequotas/home/services/ec2/quotas/{quota_code} of this region.',
  },
  QUOTA_UNKNOWN: {
    status: 404,
    retryable: false,
    message: 'There is no vCPU quota {quota_code}.',
    nextStep: 'List them with GET /admin/quotas.',
  },
  QUOTA_NOT_RAISED: {
    status: 409,
    retryable: false,
    message: 'The AWS quota {quota_code} is {limit} vCPUs already; {desired} would not raise it.',
    nextStep: 'Ask for more than {limit}.',
  },

  // Who has control of the display
  DISPLAY_NOT_ENABLED: {
    status: 400,
    retryable: false,
    message: 'display not enabled',
    nextStep: 'Recreate the workspace with compute.display.mode "desktop-control".',
  },
  DISPLAY_UNAVAILABLE: {
    status: 409,
    retryable: true,
    message: 'The display can not be controlled now: it is {status}.',
    nextStep: 'Wait until GET /workspaces/:id/display says that it is ready.',
  },
  DISPLAY_SESSION_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'This platform opens no display sessions.',
    nextStep: 'Ask the operator to set DISPLAY_SESSION_SIGNING_SECRET.',
  },
  DISPLAY_TICKET_INVALID: {
    status: 403,
    retryable: false,
    message: 'The ticket to this display is not good (any more).',
    nextStep: 'Ask for another one with POST /workspaces/:id/display/session; each opens one connection.',
  },
  DISPLAY_ORIGIN_FORBIDDEN: {
    status: 403,
    retryable: false,
    message: 'Pages of this origin may not open displays.',
    nextStep: 'Ask the operator to name the origin in DISPLAY_ORIGINS.',
  },
  DISPLAY_VIEWERS_LIMIT: {
    status: 429,
    retryable: true,
    message: 'This display has {limit} viewers already.',
    nextStep: 'Close one of them.',
  },
  DISPLAY_SERVER_DOWN: {
    status: 502,
    retryable: true,
    message: 'The display server of the machine does not answer.',
    nextStep: 'Wait until GET /workspaces/:id/display says that it is ready.',
  },
  DISPLAY_CONTROL_HELD: {
    status: 409,
    retryable: true,
    message: 'display control already held',
    nextStep: 'Wait until it is released, or let an admin force it.',
  },
  DISPLAY_CONTROL_OTHER: {
    status: 409,
    retryable: false,
    message: 'display control held by another caller',
    nextStep: 'Only whoever has it, or an admin with "force", can give it away.',
  },
  DISPLAY_CONTROL_REQUIRED: {
    status: 409,
    retryable: false,
    message: 'display control required',
    nextStep: 'Acquire it first: POST /workspaces/:id/display/control/acquire.',
  },
  DISPLAY_TAKEOVER_PENDING: {
    status: 409,
    retryable: true,
    message: 'Somebody has asked the agent for control, and is about to have it.',
    nextStep: 'Wait for the end of their takeover.',
  },
  DISPLAY_PARKED: {
    status: 409,
    retryable: true,
    message: 'The agent is kept out: a person lost control and may be in the middle of something.',
    nextStep: 'A person releases control or resumes the agent; else it ends by itself.',
  },
  HUMAN_IN_CONTROL: {
    status: 409,
    retryable: true,
    message: 'A person has control of the display.',
    nextStep: 'Wait until they release it.',
  },
  AGENT_PAUSED: {
    status: 409,
    retryable: true,
    message: "The agent's actions on the display are paused.",
    nextStep: 'A person resumes them.',
  },
  CONTROL_LOST: {
    status: 409,
    retryable: false,
    message: 'The agent does not have control of the display with this fence.',
    nextStep: 'Acquire it again, and look at the screen before acting.',
  },
  DISPLAY_PEOPLE_ONLY: {
    status: 403,
    retryable: false,
    message: 'Only a person may {what}.',
    nextStep: 'Send the admin token or an org token.',
  },
  DISPLAY_AGENT_ONLY: {
    status: 403,
    retryable: false,
    message: 'Permits are for agents: a person acts through a display session.',
    nextStep: "Send the workspace's own token.",
  },
  FORCE_ADMIN_ONLY: {
    status: 403,
    retryable: false,
    message: 'Only the admin token may force control away from somebody.',
    nextStep: 'Leave "force" out, or ask an admin.',
  },
  ORG_TOKEN_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no org token {token_id}.',
    nextStep: 'List them with GET /org/tokens.',
  },

  // A machine registers
  BOOT_CREDENTIAL_INVALID: {
    status: 401,
    retryable: false,
    message: 'The boot credential is not valid for this workspace.',
    nextStep: "Only a machine that Berth launched can register; look at the launch's user data.",
  },
  BOOT_CREDENTIAL_USED: {
    status: 409,
    retryable: false,
    message: 'The boot credential of generation {generation} was exchanged already.',
    nextStep: 'Use the workspace token that registration answered.',
  },
  BOOT_CREDENTIAL_EXPIRED: {
    status: 403,
    retryable: false,
    message: 'The boot credential of generation {generation} is past its boot timeout.',
    nextStep: 'Nothing: this machine is being replaced or removed.',
  },
  GENERATION_SUPERSEDED: {
    status: 409,
    retryable: false,
    message: 'Generation {generation} of this workspace was replaced or given up.',
    nextStep: 'Nothing: this machine is being removed.',
  },
  HOME_NOT_MOUNTED: {
    status: 409,
    retryable: true,
    message: 'The machine wants to register without its home mounted.',
    nextStep: 'Mount the home volume at /home/agent first.',
  },

  // Why an operation failed
  PROVISION_TIMEOUT: {
    status: 409,
    retryable: true,
    message: 'No machine could be provisioned within {timeout_seconds} s; the last step was "{step}".',
    nextStep: 'Create it again, or look at the operation in the Temporal UI.',
  },
  BOOT_TIMEOUT: {
    status: 409,
    retryable: true,
    message: 'The machine {instance_id} did not register within {timeout_seconds} s of the start; it was removed.',
    nextStep: 'Look at its console output; check that the image carries the sidecar and can reach the API.',
  },
  MACHINE_DIED: {
    status: 409,
    retryable: true,
    message: 'The machine {instance_id} ended before it registered: {state_reason}.',
    nextStep: 'Create it again; if it repeats, look at the image and the state reason.',
  },
  CAPACITY_EXHAUSTED: {
    status: 409,
    retryable: true,
    message: 'AWS has no capacity now for any of: {tried}.',
    nextStep: 'Try again later, or ask for another instance type.',
  },
  QUOTA_EXCEEDED: {
    status: 409,
    retryable: false,
    message: 'An AWS quota is used up ({aws_code}): {aws_message}',
    nextStep: 'Free machines or raise the quota in Service Quotas.',
  },
  IMAGE_NOT_FOUND: {
    status: 409,
    retryable: false,
    message: 'No image matches owner {owner} and name {name} for {architecture}.',
    nextStep: 'Ask for another os.family or os.version; the operator may set IMAGE_OWNER and IMAGE_NAME, or IMAGE_ID.',
  },
  IMAGE_REFUSED: {
    status: 409,
    retryable: false,
    message: 'The image {image_id} is not launched: {because}.',
    nextStep: 'Choose another image.',
  },
  IMAGE_UNDER_TRIAL: {
    status: 409,
    retryable: true,
    message:
      'The image {image_id} is launched by this tenant for the first time by the workspace {workspace_id}, which has not registered yet.',
    nextStep: 'Try again when that workspace is online, or delete it.',
  },
  IMAGE_BOOT_FAILED: {
    status: 409,
    retryable: false,
    message: 'The canary of the image {image_id} did not boot: {because}.',
    nextStep: 'The old image is launched as before; look into it, then resume the refresh.',
  },
  IMAGE_VARIANT_UNKNOWN: {
    status: 404,
    retryable: false,
    message: 'No image of {variant} is registered.',
    nextStep: 'List the registered ones with GET /admin/images.',
  },
  IMAGE_NO_PREVIOUS: {
    status: 409,
    retryable: false,
    message: 'There is no image before the current one to roll back to.',
    nextStep: 'Set IMAGE_ID to launch another image.',
  },
  IMAGE_NOT_PREVIOUS: {
    status: 409,
    retryable: false,
    message: 'The image {image_id} is not the previous one, which is {previous}.',
    nextStep: 'List the images again, then roll back to the previous one.',
  },
  OPERATION_CANCELLED: {
    status: 409,
    retryable: false,
    message: 'The operation was cancelled and everything it had made was removed.',
    nextStep: 'Nothing.',
  },

  // What AWS answered, by class (facts/ec2.md 1.11)
  AWS_THROTTLED: {
    status: 503,
    retryable: true,
    message: 'AWS throttles {action} ({aws_code}).',
    nextStep: 'Berth retries by itself.',
  },
  AWS_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'AWS could not answer {action} ({aws_code}): {aws_message}',
    nextStep: 'Berth retries by itself.',
  },
  AWS_CAPACITY: {
    status: 409,
    retryable: true,
    message: 'AWS has no capacity for {action} ({aws_code}): {aws_message}',
    nextStep: 'Berth tries the next candidate.',
  },
  AWS_STATE: {
    status: 409,
    retryable: true,
    message: 'A resource is not in the state that {action} needs ({aws_code}): {aws_message}',
    nextStep: 'Berth retries by itself.',
  },
  AWS_IDEMPOTENCY: {
    status: 409,
    retryable: false,
    message: 'AWS refuses the launch token ({aws_code}): {aws_message}',
    nextStep: 'Berth looks the launch up by its token.',
  },
  AWS_UNAUTHORIZED: {
    status: 502,
    retryable: false,
    message: 'AWS does not let Berth call {action} ({aws_code}): {aws_message}',
    nextStep: 'Check the IAM policy and the credentials of the worker.',
  },
  AWS_ACCOUNT: {
    status: 502,
    retryable: false,
    message: "The AWS account can't do this now ({aws_code}): {aws_message}",
    nextStep: 'Resolve it with AWS: opt-in, verification or subscription.',
  },
  AWS_REFUSED: {
    status: 502,
    retryable: false,
    message: 'AWS refuses the parameters of {action} ({aws_code}): {aws_message}',
    nextStep: 'Check the settings for image, network and sizes.',
  },

  // The platform
  /** Lower case because the canvas branches on this very code (facts/wire.md 1.2). */
  platform_unavailable: {
    status: 503,
    retryable: true,
    message: "The platform's database does not answer.",
    nextStep: 'Try again in a few seconds.',
  },
  ORCHESTRATOR_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'Temporal does not answer, so the command was not taken.',
    nextStep: 'Try again with the same Idempotency-Key.',
  },
  COMMAND_UNCONFIRMED: {
    status: 504,
    retryable: true,
    message: 'The command was sent, but no worker confirmed it in time.',
    nextStep: 'Send it again with the same Idempotency-Key: it takes effect once.',
  },
  INTERNAL: {
    status: 500,
    retryable: false,
    message: 'Something went wrong on our side (request {request_id}).',
    nextStep: 'Report the request id to the operator.',
  },
});

export type ErrorCode = keyof typeof ERRORS;
export type ErrorContext = Readonly<Record<string, unknown>>;

/** An error of the registry with what fills its message. Wire context keys are snake_case. */
export class BerthError extends Error {
  override readonly name = 'BerthError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, context: ErrorContext = {}, options?: { cause?: unknown }) {
    super(errorMessage(code, context), options);
    this.code = code;
    this.context = context;
  }
}

/** The registry's sentence for `code`; a name that the context lacks stays visible in braces. */
export const errorMessage = (code: ErrorCode, context: ErrorContext): string => fill(ERRORS[code].message, context);

/** What the reader can do about `code`. */
export const errorNextStep = (code: ErrorCode, context: ErrorContext): string => fill(ERRORS[code].nextStep, context);

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(ERRORS, value);

const fill = (template: string, context: ErrorContext): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = context[name];
    if (value === undefined) return whole;
    return Array.isArray(value) ? value.join(', ') : String(value);
  });
