/** Lambda's own time before a handler runs, milliseconds: an assumption, the same for everything that is compared. */
export const OVERHEAD = { cold: 400, warm: 15 } as const;
