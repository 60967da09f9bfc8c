import type { Holder } from '../shared/cluster';
import type { Previous } from '../shared/contract';
import { darkTimeMs, mayHaveUnassigned } from '../shared/dark-time';
import { DENIED, messageOf } from '../shared/errors';
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
  mayBeHomeless: false,
  homelessSince: null,
  darkTimeBeforeMs: 0,
};

export function whatWentBefore(previous: Previous | null): Before {
  // What a rehearsal met counts for nothing.
  if (previous === null || previous.plan.action !== 'MOVE') return FIRST_PASS;
  const { plan, unassigned, assigned, error } = previous;
  const took = mayHaveUnassigned(plan, unassigned);
  const homeless = assigned === null && (plan.mayBeHomeless || took);
  return {
    pass: plan.pass + 1,
    why: plan.why,
    attempts: [
      ...plan.attempts,
      ...(plan.destination === null
        ? []
        : [{ instanceId: plan.destination.instanceId, error: error.Error, message: messageOf(error) }]),
    ],
    lastResort: plan.lastResort,
    heldBefore: plan.heldBefore,
    mayHaveChanged: plan.mayHaveChanged || took || mayHaveAssigned(previous),
    mayBeHomeless: homeless,
    homelessSince: homeless ? (plan.homelessSince ?? unassigned?.releasedAt ?? null) : null,
    darkTimeBeforeMs: addDarkTime(previous),
  };
}

/** AssignIp was entered, and EC2 did not plainly refuse. */
function mayHaveAssigned({ unassigned, error }: Previous): boolean {
  return unassigned !== null && error.Error !== 'TargetCannotHold';
}

function addDarkTime(previous: Previous): number | null {
  const before = previous.plan.darkTimeBeforeMs;
  const now = darkTimeMs(previous.plan, previous.unassigned, previous.assigned);
  return before === null || now === null ? null : before + now;
}

/** The target cannot hold the addresses, died, or the workflow may not do what it takes. */
const CERTAIN: ReadonlySet<string> = new Set(['TargetCannotHold', 'TargetLost', ...DENIED]);
/** So many passes, of two tries each, go to a target that EC2 refuses with a code that says nothing certain: for more than half a minute. */
const PASSES_IN_DOUBT = 12;

/** The attempt that rules a node out for the rest of the execution; undefined where none does. */
export function refusalOf(instanceId: string, { attempts }: Before): Attempt | undefined {
  const own = attempts.filter((attempt) => attempt.instanceId === instanceId);
  const certain = own.find(({ error }) => CERTAIN.has(error));
  const doubtful = own.filter(({ error }) => error === 'AssignRefused');
  return certain ?? (doubtful.length >= PASSES_IN_DOUBT ? doubtful.at(-1) : undefined);
}

/** How many passes EC2 has refused the node in, with a code that says nothing certain. */
export function doubtsAbout(instanceId: string, { attempts }: Before): number {
  return attempts.filter((attempt) => attempt.instanceId === instanceId && attempt.error === 'AssignRefused').length;
}
