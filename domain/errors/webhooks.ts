// Webhooks: what is refused when one is set, and why an attempt to deliver failed.

import { define } from './define.ts';

export const WEBHOOK_ERRORS = define({
  WEBHOOK_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'The tenant {tenant_id} has no webhook.',
    nextStep: 'Set one with PUT /admin/tenants/{tenant_id}/webhook.',
  },
  WEBHOOK_DELIVERY_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no delivery {delivery_id} of this webhook.',
    nextStep: 'Use an id that the list of deliveries has; settled ones are dropped after some days.',
  },
  WEBHOOK_DISABLED: {
    status: 409,
    retryable: false,
    message: 'The webhook is disabled, so nothing is sent to it.',
    nextStep: 'Enable it with PUT, then have what was missed delivered again.',
  },
  WEBHOOK_URL_REFUSED: {
    status: 422,
    retryable: false,
    message: 'Nothing is sent to this URL: {problem}.',
    nextStep: 'Give an https URL of a public host, or have the operator allow its network with WEBHOOK_NETWORKS.',
  },
  WEBHOOK_UNREACHABLE: {
    status: 502,
    retryable: true,
    message: 'The receiver could not be reached: {problem}.',
    nextStep: 'Check name, port and certificate of the receiver; the delivery is tried again by itself.',
  },
  WEBHOOK_TIMEOUT: {
    status: 504,
    retryable: true,
    message: 'The receiver did not answer within {timeout_ms} ms.',
    nextStep: 'Let it answer first and work afterwards; the delivery is tried again by itself.',
  },
  WEBHOOK_REDIRECTED: {
    status: 502,
    retryable: true,
    message: 'The receiver answered {http_status}, and redirects are not followed.',
    nextStep: 'Set the URL that it redirects to.',
  },
  WEBHOOK_ANSWERED: {
    status: 502,
    retryable: true,
    message: 'The receiver answered {http_status}.',
    nextStep: 'Look at how its answer begins; the delivery is tried again by itself.',
  },
  WEBHOOK_GONE: {
    status: 410,
    retryable: false,
    message: 'The receiver answered 410: it wants no more, so the webhook was disabled.',
    nextStep: 'Enable it with PUT once there is a receiver again.',
  },
});
