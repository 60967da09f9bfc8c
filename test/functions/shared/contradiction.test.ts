import '../support/quiet';
import { contradictionIn } from '../../../functions/shared/contradiction';
import type { Snapshot } from '../../../functions/shared/snapshot';
import { A, B, C, cluster, vips } from '../notify/builders';
import { face, instance, snapshotOf, stopped } from '../support/facts';

const of = cluster({ virtualIps: vips(2) });

describe('two answers that contradict each other', () => {
  const both = (world = {}) => snapshotOf(of, world);
  const without = ({ instances: found, ...rest }: Snapshot, id: string): Snapshot => {
    const { [id]: _, ...others } = found;
    return { ...rest, instances: others };
  };
  const shown = `DescribeNetworkInterfaces shows 10.0.0.5 on ${A.networkInterfaceId}, attached to ${A.instanceId}`;

  test.each<[string, Snapshot, string]>([
    [
      'one lacks the instance that holds an address in the other',
      without(both(), A.instanceId),
      `${shown}; DescribeInstances does not show ${A.instanceId}.`,
    ],
    ['one is empty', { ...both(), instances: {} }, `${shown}; DescribeInstances does not show ${A.instanceId}.`],
    [
      'one shows the instance without the interface that the other shows attached to it',
      { ...both({ instances: { [A.instanceId]: instance(A, { interfaces: [face(C)] }) } }) },
      `${shown}; DescribeInstances shows ${A.instanceId} without ${A.networkInterfaceId}.`,
    ],
    [
      'one shows the interface without the address',
      { ...both(), instances: both({ holders: null }).instances },
      `${shown}; DescribeInstances shows ${A.networkInterfaceId} without 10.0.0.5.`,
    ],
    [
      'the other lacks the address',
      { ...both(), addresses: [] },
      `DescribeInstances shows 10.0.0.5 on ${A.networkInterfaceId} of ${A.instanceId}; DescribeNetworkInterfaces shows it on no interface.`,
    ],
    [
      'the other lacks the second address',
      { ...both(), addresses: both().addresses.slice(0, 1) },
      `DescribeInstances shows 10.0.0.6 on ${A.networkInterfaceId} of ${A.instanceId}; DescribeNetworkInterfaces shows it on no interface.`,
    ],
    [
      'the other shows it elsewhere',
      { ...both(), addresses: both({ holders: { networkInterfaceId: 'eni-0ffff', instanceId: null } }).addresses },
      `DescribeInstances shows 10.0.0.5 on ${A.networkInterfaceId} of ${A.instanceId}; DescribeNetworkInterfaces shows it on eni-0ffff.`,
    ],
  ])('%s', (_what, snapshot, sentence) => {
    expect(contradictionIn(of, snapshot)).toBe(sentence);
  });

  test.each<[string, Snapshot]>([
    ['both agree', both()],
    ['both show nothing on anybody', both({ holders: null })],
    ['the second node holds them', both({ holders: B })],
    [
      'the holder is gone, its interface stayed, detached',
      both({ holders: { ...A, instanceId: null }, instances: { [A.instanceId]: null } }),
    ],
    [
      'the interface is on another instance than the configured one',
      both({ holders: { ...A, instanceId: 'i-0ffff' }, instances: { [A.instanceId]: null } }),
    ],
    [
      'the interface is being detached',
      {
        instances: both({ instances: { [A.instanceId]: instance(A, { interfaces: [] }) } }).instances,
        addresses: both().addresses.map((each) => ({ ...each, attached: false })),
      },
    ],
    ['a stranger holds them', both({ holders: { networkInterfaceId: 'eni-0ffff', instanceId: 'i-0ffff' } })],
    ['the instance does not run, whatever it shows', { ...both(), instances: { [A.instanceId]: stopped(A) } }],
    [
      'the instance does not run, and only it shows the address',
      { ...both({ instances: { [A.instanceId]: stopped(A) } }), addresses: [] },
    ],
    [
      'the interface lies in another subnet, where the other does not look',
      {
        instances: {
          [A.instanceId]: instance(A, {
            interfaces: [face(A, { subnetId: 'subnet-0ffff', addresses: ['10.0.0.5', '10.0.0.6'] })],
          }),
        },
        addresses: [],
      },
    ],
    [
      'an address of nobody is shown twice by the other',
      {
        ...both(),
        addresses: [
          ...both().addresses,
          ...both({ holders: { networkInterfaceId: 'eni-0ffff', instanceId: null } }).addresses,
        ],
      },
    ],
  ])('not where %s', (_what, snapshot) => {
    expect(contradictionIn(of, snapshot)).toBeNull();
  });
});
