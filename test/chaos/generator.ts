import fc from 'fast-check';
import { type ApplicationTrouble, applicationTrouble, PASSIVE } from './application-trouble';
import { UNCHECKED_CONFIGS } from './configs';
import { byHand, claim, cluster, death, disturbance, recovery, seldom } from './happenings';
import { FUNCTIONS, type Happening, type History, STATES, type Step } from './history';

const pause = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3_000) },
  { weight: 3, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(200_000) },
);

const someState = fc.constantFrom(...STATES);

const action: fc.Arbitrary<Step> = fc
  .record({
    after: pause,
    on: seldom(someState, 3),
    what: fc.oneof(
      { weight: 6, arbitrary: death },
      { weight: 3, arbitrary: recovery },
      { weight: 4, arbitrary: byHand },
    ),
  })
  .map(({ after, on, what }) => (on === null ? { after, what } : { after, on, what }));

/** Something happens, and just before it up to two things are made to go wrong. */
const scene: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(fc.record({ after: fc.nat(300), what: disturbance }), { maxLength: 2, size: 'max' }), action)
  .map(([faults, what]) => [...faults, what]);

/** The news of a death comes when the node is well again, and nothing else has happened since. */
const lateNews: fc.Arbitrary<readonly Step[]> = fc
  .record({
    cluster,
    before: fc.nat(20_000),
    down: fc.integer({ min: 400, max: 5_000 }),
    late: fc.integer({ min: 15_000, max: 90_000 }),
    quiet: fc.nat(90_000),
  })
  .map(({ cluster: where, before, down, late, quiet }) => [
    { after: before, what: { do: 'event-fault', kind: 'delay', milliseconds: late } },
    { after: 0, what: { do: 'stop', cluster: where, node: 0 } },
    { after: down, what: { do: 'start', cluster: where, node: 0 } },
    { after: quiet, what: { do: 'check', cluster: where } },
  ]);

/** Three executions at once: what starts the first, the same once more or a check or a drill, and a third in between. */
const crowd: fc.Arbitrary<readonly Step[]> = fc
  .record({
    cluster,
    before: fc.nat(20_000),
    fault: seldom(disturbance, 2),
    first: fc.constantFrom<Happening['do']>('stop', 'terminate', 'drill', 'check'),
    among: fc.array(fc.record({ after: fc.nat(400), on: seldom(someState, 2), what: fc.nat(3) }), {
      minLength: 2,
      maxLength: 2,
    }),
  })
  .map(({ cluster: where, before, fault, first, among }) => {
    const begins: Readonly<Record<string, Happening>> = {
      stop: { do: 'stop', cluster: where, node: 0 },
      terminate: { do: 'terminate', cluster: where, node: 0 },
      drill: { do: 'drill', cluster: where, node: 1, reason: 'plain' },
    };
    const joins: readonly Happening[] = [
      { do: 'repeat-event', back: 0 },
      { do: 'check', cluster: where },
      { do: 'drill', cluster: where, node: 1, reason: 'plain' },
      { do: 'failover', cluster: where, node: 2 },
    ];
    const check: Happening = { do: 'check', cluster: where };
    return [
      ...(fault === null ? [] : [{ after: before, what: fault }]),
      { after: fault === null ? before : 0, what: begins[first] ?? check },
      ...among.map(({ after, on, what }) => ({
        after,
        ...(on !== null && { on }),
        what: joins[what] ?? check,
      })),
    ];
  });

/** What a node claims, alone or with others at the same moment, and where among the steps. */
const claims: fc.Arbitrary<readonly { readonly place: number; readonly steps: readonly Step[] }[]> = fc.array(
  fc
    .record({
      place: fc.nat(20),
      steps: fc.array(
        fc.record({ after: fc.oneof(fc.nat(2_000), fc.nat(30_000)), on: seldom(someState, 3), what: claim }),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ place, steps }) => ({
      place,
      steps: steps.map(({ after, on, what }) => (on === null ? { after, what } : { after, on, what })),
    })),
  { minLength: 1, maxLength: 3 },
);

function inserted(
  steps: readonly Step[],
  inserts: readonly { readonly place: number; readonly steps: readonly Step[] }[],
): Step[] {
  return inserts.reduce(
    (all, { place, steps: more }) => all.toSpliced(place % (all.length + 1), 0, ...more),
    [...steps],
  );
}

/** Clocks on AWS are good to milliseconds; a misplaced one is off by up to two minutes. */
const off = fc.integer({ min: -120_000, max: 120_000 });

/** Every history there is; shrinks to few steps, short pauses and a small cluster. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    config: fc.nat(UNCHECKED_CONFIGS - 1),
    seed: fc.nat(0xffff),
    lag: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.nat(5_000) },
      { weight: 1, arbitrary: fc.nat(15_000) },
    ),
    alarmLag: fc.oneof(fc.constant(0), fc.nat(10_000)),
    throttle: fc.boolean(),
    transitions: fc.oneof(
      { weight: 4, arbitrary: fc.constant('quick' as const) },
      { weight: 4, arbitrary: fc.constant('slow' as const) },
      { weight: 1, arbitrary: fc.constant('stuck' as const) },
    ),
    coldStart: fc.oneof({ weight: 3, arbitrary: fc.constant(300) }, { weight: 1, arbitrary: fc.nat(9_900) }),
    skew: seldom(
      fc.record({
        events: off,
        functions: fc.array(off, { minLength: FUNCTIONS.length, maxLength: FUNCTIONS.length }),
      }),
      4,
    ),
    minute: fc.nat(59),
    interfaces: fc.constantFrom(
      'primary' as const,
      'primary' as const,
      'secondary' as const,
      'secondary, deleted on termination' as const,
    ),
    full: seldom(
      fc.record({ node: fc.integer({ min: 1, max: 2 }), by: fc.constantFrom('type' as const, 'prefixes' as const) }),
      6,
    ),
    foreignElasticIp: fc.boolean(),
    doomed: seldom(fc.constant(true), 4).map((doomed) => doomed ?? false),
    steps: fc
      .array(
        fc.oneof({ weight: 12, arbitrary: scene }, { weight: 1, arbitrary: lateNews }, { weight: 2, arbitrary: crowd }),
        { minLength: 1, maxLength: 7, size: 'max' },
      )
      .map((scenes) => scenes.flat()),
    // Drawn last, so that histories without claims, and then without trouble of applications, stay what they are.
    claims: seldom(claims, 3),
    applications: seldom(applicationTrouble, 9),
  })
  .map(({ claims: inserts, applications, ...history }) =>
    withApplications({ ...history, steps: inserted(history.steps, inserts ?? []) }, applications),
  );

/** The same history for a cluster whose applications EC2 asks. */
function withApplications(history: History, trouble: ApplicationTrouble | null): History {
  if (trouble === null) return history;
  const steps = inserted(history.steps, trouble.inserts);
  return { ...history, config: UNCHECKED_CONFIGS, steps: trouble.passive ? [...PASSIVE, ...steps] : steps };
}

/** The seed of the `index`th history of a run; each history can be made again by itself. */
export function seedOf(runSeed: number, index: number): number {
  return (Math.imul(runSeed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) | 0;
}

/** The `index`th history of a run. */
export function historyOf(runSeed: number, index: number): History {
  const [history] = fc.sample(histories, { seed: seedOf(runSeed, index), numRuns: 1 });
  if (history === undefined) throw new Error('fast-check made no history.');
  return history;
}
