// What AWS answered, by class (facts/ec2.md 1.11).

import { define } from './define.ts';

export const AWS_ERRORS = define({
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
});
