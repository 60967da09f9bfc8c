import { didYouMean } from '../../infra/did-you-mean';

const FIELDS = [
  'name',
  'subnetId',
  'virtualIps',
  'nodes',
  'triggerStates',
  'handover',
  'failback',
  'checkIntervalMinutes',
];

test.each([
  ['virtualIPs', 'virtualIps'],
  ['VirtualIps', 'virtualIps'],
  ['virtual-ips', 'virtualIps'],
  ['virutalIps', 'virtualIps'],
  ['node', 'nodes'],
  ['subnet', 'subnetId'],
  ['subnetID', 'subnetId'],
  ['failBack', 'failback'],
  ['fallback', 'failback'],
  ['interval', 'checkIntervalMinutes'],
  ['Name', 'name'],
])('%s means %s', (written, meant) => {
  expect(didYouMean(written, FIELDS)).toBe(meant);
});

test.each(['colour', 'x', '', 'vpc', 'name', '名前'])('%j is near to nothing', (written) => {
  expect(didYouMean(written, FIELDS)).toBeUndefined();
});
