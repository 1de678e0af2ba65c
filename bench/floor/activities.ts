// An activity that does nothing.

export const floorActivities = { nothing: async (): Promise<void> => {} };
export type FloorActivities = typeof floorActivities;
