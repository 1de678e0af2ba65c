// Whose is what AWS has with our tags? Pure: what was seen, what the records say of it, and the verdict.

export type ResourceKind = 'instance' | 'volume' | 'snapshot';

/** As AWS lists it, with our tag on it. Of one that is on its way out nobody asks. */
export type Seen = {
  readonly kind: ResourceKind;
  readonly id: string;
  /** By its tag; null = it has none. */
  readonly workspaceId: string | null;
  /** Of a volume: the instance that has it, which answers for it. */
  readonly attachedTo: string | null;
};

/** Of the workspace that its tag names; absent = the records know none. */
export type Keeper = {
  /** Its deletion has come to its end. */
  readonly isGone: boolean;
  /** An operation is under way: what it has begun is its own to end. */
  readonly isBusy: boolean;
  readonly instanceId: string | null;
  readonly homeVolumeId: string | null;
};

/** What was written down before the call that made it; absent = nothing was. */
export type Origin =
  | { readonly of: 'launch' | 'canary'; readonly isOver: boolean }
  /** Of a machine: it goes with it. */
  | { readonly of: 'root'; readonly isOver: boolean }
  /** `isSaved`: a whole restore point of this very volume is there. */
  | { readonly of: 'home'; readonly isOver: boolean; readonly isSaved: boolean }
  /** `isOther`: the restore point has another snapshot, which is whole. */
  | { readonly of: 'restore-point'; readonly isOver: boolean; readonly isOther: boolean };

export type Why =
  | 'unknown to the records'
  | 'its workspace is gone'
  | 'the records say that it has ended'
  | 'another one has taken its place'
  | 'another one is the restore point'
  | 'no machine has it';

/** `mayEnd`: we made it, nobody is to have it, and nothing that a user was promised is lost with it. */
export type Judgement = { readonly why: Why; readonly mayEnd: boolean } | null;

/** Null = it is somebody's. What the records do not know is shown and left: another deployment may share the account. */
export function judge(seen: Seen, origin: Origin | undefined, keeper: Keeper | undefined): Judgement {
  if (seen.attachedTo !== null) return null;
  if (keeper?.isBusy === true) return null;
  if (origin === undefined) return { why: 'unknown to the records', mayEnd: false };
  switch (origin.of) {
    case 'canary':
      return origin.isOver ? { why: 'the records say that it has ended', mayEnd: true } : null;
    case 'launch':
      if (origin.isOver) return { why: 'the records say that it has ended', mayEnd: true };
      if (keeper === undefined || keeper.isGone) return { why: 'its workspace is gone', mayEnd: keeper !== undefined };
      return keeper.instanceId === seen.id ? null : { why: 'another one has taken its place', mayEnd: true };
    case 'root':
      return origin.isOver ? { why: 'no machine has it', mayEnd: true } : null;
    case 'home': {
      // A home is ended only where it can be had back.
      const mayEnd = origin.isSaved && keeper !== undefined;
      if (keeper === undefined || keeper.isGone) return { why: 'its workspace is gone', mayEnd };
      if (keeper.homeVolumeId === seen.id) return null;
      const why = origin.isOver ? 'the records say that it has ended' : 'another one has taken its place';
      return { why, mayEnd };
    }
    case 'restore-point':
      if (origin.isOther) return { why: 'another one is the restore point', mayEnd: true };
      return origin.isOver ? { why: 'the records say that it has ended', mayEnd: true } : null;
  }
}
