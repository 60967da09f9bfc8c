import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { NO_HISTORY } from '../../../functions/verify-instance-state/history';
import {
  assess,
  missingElasticIps,
  movedByOthers,
  onlyAlarmed,
} from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, ELASTIC_IP, holders, STRANGER, vips } from '../notify/builders';
import { byHand, event, facts, minutesAgo, stopped, type World } from '../support/facts';

const two = cluster({ nodes: [{ ...A, alarms: ['smtp'] }, B, C], virtualIps: vips(2) });
const at = (world: World = {}, request = event(), changes = {}) => assess(facts(request, two, world, changes));
const ids = (nodes: readonly { readonly instanceId: string }[]) =>
  nodes.map(({ instanceId }) => instanceId.slice(-1)).join('');

test('what the rules ask about', () => {
  expect(at()).toMatchObject({
    firstPass: true,
    settled: true,
    requestedTarget: null,
    soleHolder: two.nodes[0],
    holderIsHealthy: true,
    homeless: [],
    candidates: [B, C],
    quietCandidates: [B, C],
  });
  expect(at({ holders: [A, null], instances: { [A.instanceId]: stopped(A) } }, byHand('drill', C))).toMatchObject({
    requestedTarget: C,
    soleHolder: null,
    holderIsHealthy: false,
    homeless: ['10.0.0.6'],
    candidates: [C, B],
  });
  expect(at({ instances: { [A.instanceId]: stopped(A) } })).toMatchObject({
    soleHolder: two.nodes[0],
    holderIsHealthy: false,
  });
});

test('who claimed last goes first, but for whom a person names', () => {
  const claims = [C, B, C].map(({ instanceId }, index) => ({ instanceId, time: index }));
  const first = (request = event()) => ids(at({}, request, { history: { ...NO_HISTORY, claims } }).candidates);
  expect(first()).toBe('cb');
  expect(first(byHand('drill', B))).toBe('bc');
});

test('reads have settled in a first pass, or after some looks', () => {
  const before = { ...FIRST_PASS, pass: 2, mayHaveChanged: true };
  expect([0, 4, 5].map((retryCount) => at({}, event(), { before, retryCount }).settled)).toEqual([false, false, true]);
  expect(at({}, event(), { before: { ...before, mayHaveChanged: false } })).toMatchObject({
    settled: false,
    firstPass: false,
  });
});

test('quiet candidates are those whose alarms did not change within the damping time', () => {
  const world: World = { holders: B, alarms: { smtp: { inAlarm: false, since: minutesAgo(4) } } };
  const quiet = (dampingMinutes: number) => assess(facts(event(), { ...two, dampingMinutes }, world)).quietCandidates;
  expect(ids(quiet(5))).toBe('c');
  expect(ids(quiet(4))).toBe('ac');
});

test('an application has time to start where this execution itself has moved the addresses', () => {
  const world: World = { checks: { [A.instanceId]: { application: 'impaired' } } };
  const history = { ...NO_HISTORY, movedLately: false };
  const triedOn = (node: typeof A) => ({
    history,
    before: {
      ...FIRST_PASS,
      pass: 2,
      attempts: [{ instanceId: node.instanceId, error: 'ElasticIpMissing', message: '' }],
    },
  });
  expect(at(world, event(), { history }).holderIsHealthy).toBe(false);
  expect(at(world, event(), triedOn(B)).holderIsHealthy).toBe(false);
  expect(at(world, event(), triedOn(A)).holderIsHealthy).toBe(true);
});

describe('only alarms say that the holder is unhealthy', () => {
  test.each<[string, World, boolean]>([
    ['one of them does', { alarms: ['smtp'] }, true],
    ['nothing does', {}, false],
    ['a status check does, too', { alarms: ['smtp'], checks: { [A.instanceId]: { ebs: 'impaired' } } }, false],
    ['it is stopped', { instances: { [A.instanceId]: stopped(A) } }, false],
    ['nobody holds the addresses', { holders: null, alarms: ['smtp'] }, false],
  ])('%s: %s', (_what, world, expected) => {
    expect(onlyAlarmed(at(world))).toBe(expected);
  });
});

test('missing Elastic IPs are those that are configured and not on their address', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  const missing = (elasticIps: (string | null)[]) => missingElasticIps(assess(facts(event(), of, { elasticIps })));
  expect(missing([ELASTIC_IP, null])).toEqual([]);
  expect(missing([null, ELASTIC_IP])).toEqual(['10.0.0.5']);
  expect(missing(['eipalloc-0ffff', 'eipalloc-0ffff'])).toEqual(['10.0.0.5']);
});

describe('others moved an address since this execution first decided', () => {
  const moved = (first: Parameters<typeof holders>[1], world: World) =>
    movedByOthers(at(world, event(), { before: { ...FIRST_PASS, pass: 2, heldBefore: holders(two, first) } }));
  test.each<[string, Parameters<typeof holders>[1], World, boolean]>([
    ['not where they are where they were', A, {}, false],
    ['not where they are on nobody', A, { holders: null }, false],
    ['where they are elsewhere', A, { holders: B }, true],
    ['where one of them is elsewhere', A, { holders: [A, STRANGER] }, true],
    ['where they were on nobody, and are on somebody', null, { holders: A }, true],
  ])('%s', (_what, first, world, expected) => {
    expect(moved(first, world)).toBe(expected);
  });
});
