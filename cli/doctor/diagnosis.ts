/** One thing that was looked at. */
export interface Diagnosis {
  /**
   * PROBLEM: a failover, or the notice of it, would not work. WARNING: it would, and something is left to luck. NOTE: nobody but
   * you can see whether all is well. NOT KNOWN: it could not be read.
   */
  readonly verdict: 'OK' | 'NOTE' | 'WARNING' | 'PROBLEM' | 'NOT KNOWN';
  readonly about: string;
  readonly what: string;
  /** Null: nothing. */
  readonly todo: string | null;
}

export const ok = (about: string, what: string): Diagnosis => ({ verdict: 'OK', about, what, todo: null });
