// Which names are those of events.

import { isEventType, WORKSPACE_EVENT_TYPES } from './eventTypes.ts';

it.each([...WORKSPACE_EVENT_TYPES, 'WORKSPACE_STEP', 'WORKSPACE_ORPHAN_FOUND', 'display.control.takeover.started'])(
  '%s is told',
  (type) => {
    expect(isEventType(type)).toBe(true);
  },
);

it.each(['', '*', 'workspace_online', 'WORKSPACE_ONLIN', 'WORKSPACE_ONLINE ', 'display.control.renew.completed'])(
  '%j never is',
  (type) => {
    expect(isEventType(type)).toBe(false);
  },
);
