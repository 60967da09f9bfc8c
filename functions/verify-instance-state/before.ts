import { attemptsUntil } from '../shared/attempts';
import type { Holder } from '../shared/cluster';
import type { Previous } from '../shared/contract';
import { mayHaveUnassigned, totalDarkTimeMs } from '../shared/dark-time';
import { DENIED } from '../shared/errors';
import type { Attempt, Reason } from '../shared/plan';

/** What the earlier passes of an execution mean for its next decision. */
export interface Before {
  /** 1 for the first decision. */
  readonly pass: number;
  readonly why: Reason | null;
  readonly attempts: readonly Attempt[];
  readonly lastResort: readonly string[];
  /** The holders when the execution first decided; null in the first pass. */
  readonly heldBefore: readonly Holder[] | null;
  readonly mayHaveChanged: boolean;
  /** Another execution had taken the addresses off in the pass before, and tells. */
  readonly overtaken: boolean;
  readonly mayBeHomeless: boolean;
  readonly homelessSince: string | null;
  readonly darkTimeBeforeMs: number | null;
}

export const FIRST_PASS: Before = {
  pass: 1,
  why: null,
  attempts: [],
  lastResort: [],
  heldBefore: null,
  mayHaveChanged: false,
  overtaken: false,
  mayBeHomeless: false,
  homelessSince: null,
  darkTimeBeforeMs: 0,
};

export function whatWentBefore(previous: Previous | null): Before {
  // What a rehearsal met counts for nothing.
  if (previous === null || previous.plan.action !== 'MOVE') return FIRST_PASS;
  const { plan, unassigned, assigned } = previous;
  const took = mayHaveUnassigned(plan, unassigned);
  const homeless = assigned === null && (plan.mayBeHomeless || took);
  return {
    pass: plan.pass + 1,
    why: plan.why,
    attempts: attemptsUntil(previous),
    lastResort: plan.lastResort,
    heldBefore: plan.heldBefore,
    mayHaveChanged: plan.mayHaveChanged || took || mayHaveAssigned(previous),
    overtaken: unassigned?.overtaken === true,
    mayBeHomeless: homeless,
    homelessSince: homeless ? (plan.homelessSince ?? unassigned?.releasedAt ?? null) : null,
    darkTimeBeforeMs: totalDarkTimeMs(plan, unassigned, assigned),
  };
}

/** AssignIp was entered, and EC2 did not plainly refuse. */
function mayHaveAssigned({ unassigned, error }: Previous): boolean {
  return unassigned !== null && error.Error !== 'TargetCannotHold';
}

/** The target cannot hold the addresses, died, or the workflow may not do what it takes. */
const CERTAIN: ReadonlySet<string> = new Set(['TargetCannotHold', 'TargetLost', ...DENIED]);
/** So many passes, of two tries each, go to a target that EC2 refuses with a code that says nothing certain: for more than half a minute. */
const PASSES_IN_DOUBT = 12;

/** The attempt that rules a node out for the rest of the execution; undefined where none does. */
export function refusalOf(instanceId: string, { attempts }: Before): Attempt | undefined {
  const certain = attempts.find((attempt) => attempt.instanceId === instanceId && CERTAIN.has(attempt.error));
  const doubts = doubtsAbout(instanceId, { attempts });
  return certain ?? (doubts.length >= PASSES_IN_DOUBT ? doubts.at(-1) : undefined);
}

/** The attempts in which EC2 refused the node with a code that says nothing certain. */
export function doubtsAbout(instanceId: string, { attempts }: Pick<Before, 'attempts'>): Attempt[] {
  return attempts.filter((attempt) => attempt.instanceId === instanceId && attempt.error === 'AssignRefused');
}
