// What may be asked for: sizes, tiers, entitlements, prices, budgets, quotas, and images.

import { define } from './define.ts';

export const COMPUTE_ERRORS = define({
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
});
