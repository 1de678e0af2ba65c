// Displays and who has control of them.

import { define } from './define.ts';

export const DISPLAY_ERRORS = define({
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
    nextStep: 'Send the admin token, an org token, or the cookie of a session.',
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
});
