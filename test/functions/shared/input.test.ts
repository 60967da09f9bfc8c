import type { Cluster } from '../../../functions/shared/cluster';
import {
  asFields,
  clusterConcerned,
  isFields,
  nodesConcerned,
  readTime,
  watchedInstances,
} from '../../../functions/shared/input';
import { A, B, C, cluster } from '../notify/builders';
import { D } from '../support/facts';

const MAIL = cluster({ nodes: [A, B] });
const DB = cluster({
  name: 'db',
  nodes: [
    { ...C, alarms: ['smtp-down'] },
    { ...D, alarms: ['smtp-down', 'disk'] },
  ],
});

function watching(...instanceIds: readonly unknown[]) {
  const metric = (InstanceId: unknown) => ({ metricStat: { metric: { dimensions: { InstanceId } } } });
  return { configuration: { metrics: instanceIds.map(metric) } };
}

test('only an object has fields', () => {
  expect([{}, { a: 1 }].map(isFields)).toEqual([true, true]);
  expect([null, undefined, 'x', 7, true, [], [{}]].map(isFields)).toEqual(Array.from({ length: 7 }, () => false));
  expect(asFields({ a: 1 })).toEqual({ a: 1 });
  expect([null, 'x', [1]].map(asFields)).toEqual([{}, {}, {}]);
});

describe('a time', () => {
  test.each([
    ['2026-01-31T03:14:07Z', '2026-01-31T03:14:07.000Z'],
    ['2026-01-31T03:14:07.5+09:00', '2026-01-30T18:14:07.500Z'],
    ['2026-01-31 03:14 +0900', '2026-01-30T18:14:00.000Z'],
    ['2026-01-31t03:14:07z', '2026-01-31T03:14:07.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s is read', (text, time) => {
    expect(readTime(text)).toBe(time);
  });
  test.each([
    '1',
    '12',
    '2026',
    'Thu, 01 Jan',
    'next-week-7',
    '2026-02-31T00:00:00Z',
    '2025-02-29',
    '2026-13-01',
    '2026-01-31T25:00Z',
    '2026-01-31T03:14:07JST',
    '',
    7,
    null,
    undefined,
    {},
  ])('%j is none', (value) => {
    expect(readTime(value)).toBeNull();
  });
});

describe('the instances that an alarm watches', () => {
  test('are those among the dimensions of its metrics', () => {
    expect(watchedInstances(watching('i-1', 'i-2'))).toEqual(['i-1', 'i-2']);
  });
  test.each<[string, Record<string, unknown>]>([
    ['without configuration', {}],
    ['without metrics', { configuration: {} }],
    ['with metrics that are no list', { configuration: { metrics: 'x' } }],
    ['with a metric that is none', { configuration: { metrics: [null, 'x', {}] } }],
    ['with an expression', { configuration: { metrics: [{ expression: 'm1 > 2' }] } }],
    ['with an ID that is no text', watching(7, null)],
  ])('are none %s', (_what, detail) => {
    expect(watchedInstances(detail)).toEqual([]);
  });
});

describe('the nodes that an event is about', () => {
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['its instance', { 'instance-id': C.instanceId }, [C.instanceId]],
    ['those that the alarm watches', watching(D.instanceId), [D.instanceId]],
    ['those that name the alarm', { alarmName: 'smtp-down' }, [C.instanceId, D.instanceId]],
    ['one of them', { alarmName: 'disk' }, [D.instanceId]],
    ['nobody, for an alarm of nobody', { alarmName: 'cpu' }, []],
    ['nobody, for a name that is no text', { alarmName: ['disk'] }, []],
    ['nobody, for nothing', {}, []],
  ])('%s', (_what, detail, found) => {
    expect(nodesConcerned(detail, DB)).toEqual(found);
  });
});

describe('the cluster that an input is about', () => {
  test.each<[string, unknown, Cluster | null]>([
    ['is the one that a person named', { cluster: 'db' }, DB],
    ["is that of an event's instance", { 'detail-type': 'x', detail: { 'instance-id': B.instanceId } }, MAIL],
    ["is that of an alarm's instance", { 'detail-type': 'x', detail: watching(D.instanceId) }, DB],
    ["is that of an alarm's name", { 'detail-type': 'x', detail: { alarmName: 'smtp-down' } }, DB],
    ['is none for a name that nobody has', { cluster: 'web' }, null],
    ['is none for an instance of no cluster', { 'detail-type': 'x', detail: { 'instance-id': 'i-0ffff' } }, null],
    ['is none for an alarm of no cluster', { 'detail-type': 'x', detail: { alarmName: 'cpu' } }, null],
    ['is none for a detail that is none', { 'detail-type': 'x', detail: 'smtp-down' }, null],
    ['is none for a text', 'mail', null],
    ['is none for a list', ['mail'], null],
    ['is none for nothing', null, null],
  ])('%s', (_what, input, found) => {
    expect(clusterConcerned(input, [MAIL, DB])).toBe(found);
  });
});
