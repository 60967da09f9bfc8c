import fc from 'fast-check';
import { seldom } from './happenings';
import { type ApplicationSays, type Happening, STATES, type Step } from './history';

const MINUTE = 60_000;

/** What happens to the applications of a cluster whose configuration has EC2 ask them, and where among the steps. */
export interface ApplicationTrouble {
  /** The application runs on the holder only, as it usually does: the check fails on every standby from the beginning. */
  readonly passive: boolean;
  readonly inserts: readonly { readonly place: number; readonly steps: readonly Step[] }[];
}

const says = (status: ApplicationSays, node: number): Happening => ({ do: 'application', cluster: 0, node, status });

/** One node's check says something else, at any moment. */
const change: fc.Arbitrary<readonly Step[]> = fc
  .record({
    after: fc.oneof(fc.nat(20_000), fc.nat(3 * MINUTE)),
    on: seldom(fc.constantFrom(...STATES), 4),
    node: fc.nat(2),
    status: fc.constantFrom<ApplicationSays>('impaired', 'impaired', 'ok', 'insufficient-data'),
  })
  .map(({ after, on, node, status }) => [
    on === null ? { after, what: says(status, node) } : { after, on, what: says(status, node) },
  ]);

/**
 * It fails on one holder after the other: while a new one is given time to start it, just afterwards, or later. Some holders
 * have started it before, on the others it has failed all the time.
 */
const inTurn: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.record({
      starts: seldom(fc.integer({ min: MINUTE, max: 3 * MINUTE }), 2),
      fails: fc.oneof(fc.nat(2 * MINUTE), fc.integer({ min: 3 * MINUTE, max: 8 * MINUTE })),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((turns) =>
    turns.flatMap(({ starts, fails }) => [
      ...(starts === null ? [] : [{ after: starts, what: says('ok', 0) }]),
      { after: fails, what: says('impaired', 0) },
    ]),
  );

export const applicationTrouble: fc.Arbitrary<ApplicationTrouble> = fc.record({
  passive: fc.boolean(),
  inserts: fc.array(
    fc.record({
      place: fc.nat(20),
      steps: fc.oneof({ weight: 2, arbitrary: change }, { weight: 1, arbitrary: inTurn }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

/** The standbys' applications do not run. */
export const PASSIVE: readonly Step[] = [1, 2].map((node) => ({ after: 0, what: says('impaired', node) }));
