// What others are told of whoever has control: its kind, never a person's own name (R95).

/** The agent is named; of people and tokens the kind is said. */
export const shownActor = (actor: string): string => (actor.startsWith('workspace:') ? actor : actor.split(':')[0]!);
