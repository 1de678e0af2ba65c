// What a workspace can't do in the state that it is in, and what its operations come to.

import { define } from './define.ts';

export const WORKSPACE_ERRORS = define({
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
    nextStep: 'Restore it with POST /workspaces/:id/restore while a restore point of it is kept, or create a new one.',
  },
  OPERATION_IN_PROGRESS: {
    status: 409,
    retryable: true,
    message: 'The workspace is busy: {operation} is running (operation {operation_id}).',
    nextStep:
      'Wait until it ends, call it off with DELETE /workspaces/:id/operations/{operation_id}, or delete the workspace.',
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
  CHECKPOINT_EVERY_NEEDS_SPOT: {
    status: 400,
    retryable: false,
    message: 'A checkpoint_every makes no sense here: only spot machines are taken away, and this one is {market}.',
    nextStep: 'Leave it out, or ask for compute.market "spot".',
  },
  WRONG_PHASE: {
    status: 409,
    retryable: false,
    message: 'A workspace that is {phase} can not {command}.',
    nextStep: 'It has to be {needed}.',
  },
  WORKSPACE_PAUSING: {
    status: 409,
    retryable: false,
    message: 'Nobody has used the workspace for as long as its auto_pause says, and it is being paused.',
    nextStep: 'Resume it when it is paused.',
  },
  LEASE_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'The workspace has no activity lease {lease_id}.',
    nextStep: 'List them with GET /workspaces/:id/activity-leases.',
  },
  LEASE_OF_ANOTHER: {
    status: 409,
    retryable: false,
    message: 'The activity lease {lease_id} is of another holder, kind or workspace.',
    nextStep: 'Leave lease_id out to begin one of your own.',
  },
  PARENT_NOT_FOUND: {
    status: 400,
    retryable: false,
    message: 'There is no workspace {parent_id} that could be the parent.',
    nextStep: 'Name a workspace of yours that is not removed, or leave parent_id out.',
  },
  PARENT_CIRCULAR: {
    status: 400,
    retryable: false,
    message: 'The workspace {parent_id} is a descendant of this one, or this one itself.',
    nextStep: 'Choose another parent, or move the descendant first.',
  },
  PARENT_PAUSED: {
    status: 409,
    retryable: false,
    message: 'The parent {parent_id} of the workspace is paused.',
    nextStep: 'Resume the parent: what was paused with it is resumed with it.',
  },
  CHILDREN_NOT_CONFIRMED: {
    status: 409,
    retryable: false,
    message: 'The workspace has {children_count} descendants, which would be deleted with it.',
    nextStep: 'Send the request again with ?confirm=true.',
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
  HOME_LOST: {
    status: 409,
    retryable: false,
    message: 'The home {volume_id} does not exist any more, and no restore point of it was kept.',
    nextStep: 'Delete the workspace and create another one.',
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
  WORKSPACE_UNATTENDED: {
    status: 503,
    retryable: true,
    message: 'What looks after the workspace {workspace_id} has ended, or is stuck; it is being taken up again.',
    nextStep: 'Send the command again in some seconds, with the same Idempotency-Key.',
  },
  ENTITY_LOST: {
    status: 503,
    retryable: true,
    message: 'What looks after the workspace had ended, or was stuck, and has been taken up again; {found}.',
    nextStep: 'Recreate or restart the workspace: its home is kept. Or delete it.',
  },
  OPERATION_CANCELLED: {
    status: 409,
    retryable: false,
    message: 'The operation was cancelled and everything it had made was removed.',
    nextStep: 'Nothing.',
  },
});
