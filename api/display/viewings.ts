// The viewings that this process serves: how many of one desktop there may be, and whether each still may go on.

import { setTimeout } from 'node:timers/promises';
import { INPUT_UNDER_WAY } from '../../domain/control-lock.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { type DisplaySession, displayStanding } from '../../store/displaySessions.ts';
import type { Database } from '../../store/pool.ts';
import type { EventHub } from '../eventHub.ts';
import type { ControlAuthority } from './authority.ts';
import type { MayDrive } from './inputLane.ts';
import type { Ending, Viewing } from './viewing.ts';

/** Where no news comes: a revoke is seen within a second all the same. */
const LOOK_MS = 700;
/** And what somebody holds who drives is let go before anybody else has control. */
const DRIVEN_LOOK_MS = INPUT_UNDER_WAY.landedMs - INPUT_UNDER_WAY.goodMs;
/** Who does not answer by then can't be asked at the moment. */
const ANSWER_MS = 2_000;
/** Postgres may be away for ten seconds and more; nobody goes on looking for longer without anybody knowing whether they may. */
const STALE_MS = 30_000;

type Open = { readonly session: DisplaySession; readonly viewing: Viewing };
type Room = {
  readonly open: Map<string, Open>;
  places: number;
  isWatched: boolean;
  /** One at a time, also where Postgres is slow to answer. */
  look: Promise<boolean> | null;
};

export type ViewingsOptions = {
  readonly db: Database;
  readonly authority: ControlAuthority;
  /** Whatever happens to workspaces, and to their sessions. */
  readonly news: readonly EventHub[];
  readonly most: number;
};

export class Viewings {
  readonly #options: ViewingsOptions;
  readonly #rooms = new Map<WorkspaceId, Room>();
  #isClosed = false;

  constructor(options: ViewingsOptions) {
    this.#options = options;
  }

  /** A place at the desktop, taken before it is connected to; null where all are taken. Given back by the function. */
  takePlace(workspaceId: WorkspaceId): (() => void) | null {
    const room = this.#rooms.get(workspaceId) ?? {
      open: new Map<string, Open>(),
      places: 0,
      isWatched: false,
      look: null,
    };
    if (this.#isClosed || room.places >= this.#options.most) return null;
    this.#rooms.set(workspaceId, room);
    room.places++;
    let isTaken = true;
    return () => {
      if (isTaken && --room.places === 0) this.#rooms.delete(workspaceId);
      isTaken = false;
    };
  }

  /** Watched from now on, until `remove`. Its place is taken. */
  add(session: DisplaySession, viewing: Viewing): void {
    const room = this.#rooms.get(session.workspaceId)!;
    room.open.set(session.id, { session, viewing });
    if (this.#isClosed) viewing.end('platform_stops');
    else if (!room.isWatched) void this.#watch(session.workspaceId, room);
  }

  remove({ workspaceId, id }: DisplaySession): void {
    this.#rooms.get(workspaceId)?.open.delete(id);
  }

  close(): void {
    this.#isClosed = true;
    for (const room of this.#rooms.values()) this.#endAll(room, 'platform_stops');
  }

  /** Whether input of this session may reach the desktop at this moment: under the very fence that it was opened for. */
  mayDrive(session: DisplaySession): Promise<MayDrive> {
    const { authority } = this.#options;
    return authority.current(session.workspaceId).then(
      (live): MayDrive => (drives(session, live) ? 'yes' : 'lost'),
      (): MayDrive => 'unknown',
    );
  }

  async #watch(workspaceId: WorkspaceId, room: Room): Promise<void> {
    const { authority, news } = this.#options;
    let knownAt = performance.now();
    room.isWatched = true;
    while (room.open.size > 0) {
      const isDriven = [...room.open.values()].some(({ viewing }) => viewing.isDriving);
      const againMs = isDriven ? DRIVEN_LOOK_MS : LOOK_MS;
      // Asked for before the look: news that comes during it is not missed.
      const next = [authority.changed(workspaceId, againMs), ...news.map((hub) => hub.next(workspaceId, againMs))];
      if (await this.#looks(workspaceId, room)) knownAt = performance.now();
      else {
        for (const { viewing } of room.open.values()) viewing.letGo();
        if (performance.now() - knownAt > STALE_MS) this.#endAll(room, 'state_unknown');
      }
      await Promise.race(next);
    }
    room.isWatched = false;
  }

  /** False where nothing could be seen in time. */
  async #looks(workspaceId: WorkspaceId, room: Room): Promise<boolean> {
    room.look ??= this.#look(workspaceId, room)
      .catch(() => false)
      .finally(() => (room.look = null));
    const late = new AbortController();
    const pause = setTimeout(ANSWER_MS, false, { signal: late.signal }).catch(() => false);
    const isSeen = await Promise.race([room.look, pause]);
    late.abort();
    return isSeen;
  }

  async #look(workspaceId: WorkspaceId, room: Room): Promise<boolean> {
    const ids = [...room.open.keys()];
    const [{ isOnline, generation, standing }, live] = await Promise.all([
      displayStanding(this.#options.db, workspaceId, ids),
      this.#options.authority.current(workspaceId),
    ]);
    for (const id of ids) {
      const open = room.open.get(id);
      if (open === undefined) continue;
      const { session, viewing } = open;
      if (!isOnline || generation !== session.generation) viewing.end('machine_gone');
      else if (!standing.has(id)) viewing.end('revoked');
      else if (!drives(session, live)) viewing.demote();
    }
    return true;
  }

  #endAll({ open }: Room, because: Ending): void {
    for (const { viewing } of open.values()) viewing.end(because);
  }
}

const drives = (session: DisplaySession, live: Awaited<ReturnType<ControlAuthority['current']>>): boolean =>
  live !== null &&
  live.controller === 'user' &&
  live.holder === session.actor &&
  live.fence === session.fence &&
  live.generation === session.generation;
