import type { Cluster } from '../../functions/shared/types';
import { read } from '../../functions/verify-instance-state/reading';
import { parseRequest } from '../../functions/verify-instance-state/request';
import { A, B, C, cluster, D } from './support/clusters';

const MAIL = cluster({ nodes: [A, B] });
const DB = cluster({ name: 'db', nodes: [{ ...C, alarms: ['smtp-down'] }, D] });
const CLUSTERS: readonly Cluster[] = [MAIL, DB];
const about = (input: unknown) => read(input, CLUSTERS).invalid?.cluster;

test('an input that is understood is handed on as the request that it is', () => {
  const input = { cluster: 'db', mode: 'drill', target: D.instanceId };
  expect(read(input, CLUSTERS)).toEqual({ request: parseRequest(input, CLUSTERS), invalid: null });
});

test('of a wrong input is handed on what is wrong', () => {
  expect(read(null, CLUSTERS)).toEqual({
    request: null,
    invalid: { message: expect.stringContaining('The input is null'), cluster: null },
  });
});

describe('the cluster that a wrong input is about', () => {
  const watching = (instanceId: string) => ({
    configuration: { metrics: [{ metricStat: { metric: { dimensions: { InstanceId: instanceId } } } }] },
  });
  test.each<[string, unknown, Cluster | null]>([
    ['is the one that a person named', { cluster: 'db' }, DB],
    ["is that of an event's instance", { 'detail-type': 'x', detail: { 'instance-id': B.instanceId } }, MAIL],
    ["is that of an alarm's instance", { 'detail-type': 'x', detail: watching(D.instanceId) }, DB],
    ["is that of an alarm's name", { 'detail-type': 'x', detail: { alarmName: 'smtp-down' } }, DB],
    ['is none for a name that nobody has', { cluster: 'web' }, null],
    ['is none for an instance of no cluster', { 'detail-type': 'x', detail: { 'instance-id': 'i-0ffff' } }, null],
    ['is none for an alarm of no cluster', { 'detail-type': 'x', detail: { alarmName: 'disk-full' } }, null],
    ['is none without a name of an alarm', { 'detail-type': 'x', detail: { alarmName: undefined } }, null],
    ['is none for a text', 'mail', null],
    ['is none for a list', ['mail'], null],
  ])('%s', (_what, input, found) => {
    expect(about(input)).toEqual(found);
  });
});

test('an error that is not about the input is not swallowed', () => {
  const input = {
    cluster: 'mail',
    get mode(): string {
      throw new TypeError('a defect');
    },
  };
  expect(() => read(input, CLUSTERS)).toThrow(TypeError);
});
