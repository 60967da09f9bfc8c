/** What each duration is, in the words of notices, of the dashboard and of the events' schema. */
export const MEANING = {
  outageMs: 'from the first sign of trouble to the proof',
  tookMs: 'from the start of the execution to the proof',
  darkTimeMs: 'without a holder, by this move',
} as const;
