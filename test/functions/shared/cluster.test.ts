import { addressesOf, nodeLabel } from '../../../functions/shared/cluster';
import { A, cluster, vips } from '../notify/builders';

const NAMELESS = { instanceId: 'i-0', networkInterfaceId: 'eni-0' };

test('the addresses of a cluster, in the configured order', () => {
  expect(addressesOf(cluster({ virtualIps: vips(2) }))).toEqual(['10.0.0.5', '10.0.0.6']);
});

test('a node is called by its name and its ID, or by the ID alone', () => {
  const of = cluster({ nodes: [A, NAMELESS] });
  expect(nodeLabel(of, A.instanceId)).toBe(`mail-1 (${A.instanceId})`);
  expect(nodeLabel(of, 'i-0')).toBe('i-0');
  expect(nodeLabel(of, 'i-0ffff')).toBe('i-0ffff');
});
