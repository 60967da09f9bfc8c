import fc from 'fast-check';
import { FAULT_KINDS } from '../../local/emulator/kernel/faults';
import {
  ACTIONS,
  CHANGES,
  CODES,
  FUNCTIONS,
  type Happening,
  LAMBDA_ERRORS,
  MAIN_ACTIONS,
  READS,
  STATES,
  TARGET_CODES,
} from './history';

export const cluster = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
/** 0 is the holder. */
const node = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) },
);
const other = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);

/** Null once in `among` times. */
const maybe = <Value>(value: fc.Arbitrary<Value>, among: number) => fc.option(value, { freq: among - 1 });
/** Null but for once in `among` times. */
export const seldom = <Value>(value: fc.Arbitrary<Value>, among: number) =>
  fc.oneof({ weight: among - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

/** One kind of happening, by the fields that it has. */
const kind = <Name extends Happening['do'], Fields extends object>(
  weight: number,
  name: Name,
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
) => ({ weight, arbitrary: fc.record(fields).map((given) => ({ do: name, ...given })) });

const place = { cluster, node };
const elsewhere = { cluster, node: other };

export const death: fc.Arbitrary<Happening> = fc.oneof(
  kind(5, 'stop', place),
  kind(2, 'terminate', place),
  kind(3, 'impair', { ...place, check: fc.constantFrom('system', 'instance', 'ebs') }),
  kind(1, 'detach', place),
  kind(1, 'alarm', { ...place, state: fc.constant('ALARM' as const) }),
  kind(1, 'alternate', {
    cluster,
    milliseconds: fc.integer({ min: 5_000, max: 60_000 }),
    times: fc.integer({ min: 2, max: 8 }),
  }),
  kind(1, 'hide', { cluster, address: fc.nat(2) }),
);

export const recovery: fc.Arbitrary<Happening> = fc.oneof(
  kind(5, 'start', place),
  kind(2, 'recover', elsewhere),
  kind(1, 'attach', elsewhere),
  kind(1, 'alarm', { ...elsewhere, state: fc.constant('OK' as const) }),
  kind(1, 'unhide', { cluster }),
);

/** Seconds in tenths of minutes: some end while the history goes on, some have ended. */
const minutes = fc.oneof(fc.constant(null), fc.integer({ min: -2, max: 8 }));

export const byHand: fc.Arbitrary<Happening> = fc.oneof(
  kind(5, 'drill', {
    ...elsewhere,
    reason: fc.oneof(
      { weight: 8, arbitrary: fc.constant('plain' as const) },
      { weight: 1, arbitrary: fc.constantFrom('emoji' as const, 'long' as const) },
    ),
  }),
  kind(3, 'failover', { cluster, node: maybe(other, 3) }),
  kind(1, 'rehearsal', { cluster, node: maybe(other, 3) }),
  kind(2, 'check', { cluster }),
  kind(1, 'move', { cluster, address: fc.nat(2), node: maybe(other, 2) }),
  kind(1, 'pause', { cluster, minutes }),
  kind(1, 'unpause', { cluster }),
  kind(1, 'exclude', { ...place, tag: fc.constantFrom('never', 'Never', ' NEVER ') }),
  kind(1, 'include', place),
);

export const claim: fc.Arbitrary<Happening> = kind(1, 'claim', {
  cluster,
  node: fc.integer({ min: 0, max: 3 }),
}).arbitrary;

/** Some short, some longer than a plan lives or an event is fresh. */
const span = fc.oneof(fc.nat(3_000), fc.nat(25_000), fc.nat(90_000));
/** Up to as long as an execution may take. */
const longSpan = fc.oneof(fc.nat(25_000), fc.nat(90_000), fc.nat(200_000));

/** The calls that change something are few, and what goes wrong there matters most. */
const struck = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...CHANGES) },
  { weight: 5, arbitrary: fc.constantFrom(...MAIN_ACTIONS) },
  { weight: 1, arbitrary: fc.constantFrom(...ACTIONS) },
);

export const disturbance: fc.Arbitrary<Happening> = fc.oneof(
  kind(6, 'api-fault', {
    action: struck,
    kind: fc.constantFrom(...FAULT_KINDS),
    nth: fc.integer({ min: 1, max: 3 }),
    times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
  }),
  kind(2, 'lacks', { ...place, action: fc.constantFrom(...READS), times: fc.integer({ min: 1, max: 4 }) }),
  kind(3, 'refuse', { action: maybe(struck, 8), code: fc.constantFrom(...CODES), milliseconds: maybe(longSpan, 3) }),
  kind(2, 'refuse-target', { ...elsewhere, code: fc.constantFrom(...TARGET_CODES) }),
  kind(1, 'refuse-late', { times: fc.integer({ min: 1, max: 3 }) }),
  kind(2, 'throttle', { action: maybe(fc.constantFrom(...ACTIONS), 3), milliseconds: longSpan }),
  kind(1, 'disrupted-zone', { milliseconds: longSpan }),
  kind(2, 'sns-down', { milliseconds: longSpan }),
  kind(1, 'sns-slow', { answer: fc.integer({ min: 500, max: 7_000 }), milliseconds: span }),
  kind(3, 'event-fault', {
    kind: fc.constantFrom('duplicate', 'delay', 'reorder', 'drop'),
    milliseconds: span,
  }),
  kind(1, 'repeat-event', { back: fc.nat(5) }),
  kind(1, 'odd-event', { ...place, time: fc.constantFrom('missing', 'empty', 'number', 'words') }),
  kind(2, 'lambda-fault', {
    function: fc.constantFrom(...FUNCTIONS),
    kind: fc.constantFrom('crash', 'timeout'),
    atCall: fc.integer({ min: 0, max: 3 }),
    when: fc.constantFrom('before', 'after'),
  }),
  kind(2, 'lambda-refuses', {
    function: fc.constantFrom(...FUNCTIONS),
    error: fc.constantFrom(...LAMBDA_ERRORS),
    milliseconds: longSpan,
  }),
  kind(2, 'kill', {
    state: fc.constantFrom(...STATES),
    when: fc.constantFrom('entered', 'exited'),
    nth: fc.integer({ min: 1, max: 2 }),
  }),
  kind(1, 'twice', { milliseconds: fc.nat(8_000) }),
);
