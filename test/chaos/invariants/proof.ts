import { short } from '../runs';
import type { Context } from './context';
import { lackOfProof } from './proof-reads';

/** A success is reported only after VerifyEni's own last look showed it. */
export function proof({ played, runs }: Context): string[] {
  return runs.flatMap((run) =>
    run.notices.flatMap(({ state, index, plan }) => {
      if (state !== 'NotifySuccess' || plan?.action !== 'MOVE') return [];
      const reads = (played.recorder.proofReads.get(run.arn) ?? []).filter((read) => read.index <= index);
      const lacks = lackOfProof(plan, reads);
      // Two runs of one execution share their reads: either may have made the last one.
      return run.starts.length > 1 || lacks.length === 0 ? [] : [`${short(run)} reports a move; ${lacks.join('; ')}`];
    }),
  );
}
