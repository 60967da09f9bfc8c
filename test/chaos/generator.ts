import fc from 'fast-check';
import { FAULT_KINDS } from '../../local/services/faults';
import { CONFIGS } from './configs';
import { ACTIONS, FUNCTIONS, type Happening, type History, STATES, type Step } from './history';

const cluster = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
/** 0 is the holder. */
const node = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) },
);
const other = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const place = { cluster, node };

/** Null once in `among` times. */
const maybe = <Value>(value: fc.Arbitrary<Value>, among: number) => fc.option(value, { freq: among - 1 });
/** Null but for once in `among` times. */
const seldom = <Value>(value: fc.Arbitrary<Value>, among: number) =>
  fc.oneof({ weight: among - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

const death: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('stop' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('terminate' as const), ...place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('impair' as const),
      ...place,
      check: fc.constantFrom('system' as const, 'instance' as const, 'ebs' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach' as const), ...place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('alarm' as const), ...place, state: fc.constant('ALARM' as const) }),
  },
);

const recovery: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('start' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recover' as const), cluster, node: other }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('attach' as const), cluster, node: other }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('alarm' as const),
      cluster,
      node: other,
      state: fc.constant('OK' as const),
    }),
  },
);

const byHand: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drill' as const), cluster, node: other }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('failover' as const, 'rehearsal' as const),
      cluster,
      node: maybe(other, 3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('check' as const), cluster }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('move' as const), cluster, address: fc.nat(2), node: maybe(other, 2) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'unpause' as const), cluster }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('exclude' as const, 'include' as const), ...place }) },
);

/** Some short, some longer than a plan lives or an event is fresh. */
const span = fc.oneof(fc.nat(3_000), fc.nat(25_000), fc.nat(90_000));

/** The calls that change something are few, and what goes wrong there matters most. */
const struck = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ACTIONS.slice(0, 3)) },
  { weight: 2, arbitrary: fc.constantFrom(...ACTIONS) },
);

const fault: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('api-fault' as const),
      action: struck,
      kind: fc.constantFrom(...FAULT_KINDS),
      nth: fc.integer({ min: 1, max: 3 }),
      times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('throttle' as const),
      action: maybe(fc.constantFrom(...ACTIONS), 3),
      milliseconds: span,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sns-down' as const), milliseconds: span }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('event-fault' as const),
      kind: fc.constantFrom('duplicate' as const, 'delay' as const, 'reorder' as const, 'drop' as const),
      milliseconds: span,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat-event' as const), back: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lambda-fault' as const),
      function: fc.constantFrom(...FUNCTIONS),
      kind: fc.constantFrom('crash' as const, 'timeout' as const),
      atCall: fc.integer({ min: 0, max: 3 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      state: fc.constantFrom(...STATES),
      when: fc.constantFrom('entered' as const, 'exited' as const),
      nth: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('twice' as const), milliseconds: fc.nat(8_000) }) },
);

const pause = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3_000) },
  { weight: 3, arbitrary: fc.nat(20_000) },
  { weight: 1, arbitrary: fc.nat(200_000) },
);

const action: fc.Arbitrary<Step> = fc
  .record({
    after: pause,
    on: seldom(fc.constantFrom(...STATES), 3),
    what: fc.oneof(
      { weight: 6, arbitrary: death },
      { weight: 3, arbitrary: recovery },
      { weight: 4, arbitrary: byHand },
    ),
  })
  .map(({ after, on, what }) => (on === null ? { after, what } : { after, on, what }));

/** Something happens, and just before it up to two things are made to go wrong. */
const scene: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.array(fc.record({ after: fc.nat(300), what: fault }), { maxLength: 2, size: 'max' }), action)
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

/** Every history there is; shrinks to few steps, short pauses and a small cluster. */
export const histories: fc.Arbitrary<History> = fc.record({
  config: fc.nat(CONFIGS.length - 1),
  seed: fc.nat(0xffff),
  lag: fc.oneof(fc.constant(0), fc.nat(5_000)),
  throttle: fc.boolean(),
  slow: fc.boolean(),
  minute: fc.nat(59),
  interfaces: fc.constantFrom(
    'primary' as const,
    'primary' as const,
    'secondary' as const,
    'secondary, deleted on termination' as const,
  ),
  full: seldom(fc.integer({ min: 1, max: 2 }), 6),
  foreignElasticIp: fc.boolean(),
  steps: fc
    .array(fc.oneof({ weight: 12, arbitrary: scene }, { weight: 1, arbitrary: lateNews }), {
      minLength: 1,
      maxLength: 7,
      size: 'max',
    })
    .map((scenes) => scenes.flat()),
});

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
