// A machine registers, or does not come about.

import { define } from './define.ts';

export const MACHINE_ERRORS = define({
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
  PROVISION_TIMEOUT: {
    status: 409,
    retryable: true,
    message: 'No machine could be provisioned within {timeout_seconds} s; the last step was "{step}".',
    nextStep: 'Create it again, or look at the operation in the Temporal UI.',
  },
  BOOT_TIMEOUT: {
    status: 409,
    retryable: true,
    message: 'The machine {instance_id} did not register within {timeout_seconds} s of its start.',
    nextStep:
      'Look at its console output; check that the image carries the sidecar and can reach the API. A recreate keeps the home.',
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
});
