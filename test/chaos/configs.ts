/** The configurations that histories choose among, in cdk.json's form. What a history may do fits each of them. */

const instance = (cluster: number, number: number) => `i-0a1b2c3d4e5f6${cluster}00${number}`;
const eni = (cluster: number, number: number) => `eni-0a1b2c3d4e5f6${cluster}00${number}`;
const SUBNET = 'subnet-0a1b2c3d4e5f60001';

interface Shape {
  readonly name: string;
  readonly nodes: number;
  readonly virtualIps: readonly string[];
  /** How many of the virtual IPs, from the first, have an Elastic IP in the configuration. */
  readonly elastic?: number;
  readonly alarms?: boolean;
  readonly more?: object;
}

function clusterOf(number: number, { name, nodes, virtualIps, elastic = 0, alarms = false, more = {} }: Shape) {
  return {
    name,
    subnetId: SUBNET,
    virtualIps: virtualIps.map((address, index) =>
      index < elastic ? { address, elasticIpAllocationId: `eipalloc-0a1b2c3d4e5f6${number}00${index}` } : address,
    ),
    nodes: Array.from({ length: nodes }, (_, index) => ({
      instanceId: instance(number, index + 1),
      networkInterfaceId: eni(number, index + 1),
      ...(alarms && { alarms: [alarmName(name, index)] }),
    })),
    ...more,
  };
}

/** The user's alarm on a node, where the configuration has alarms. */
export const alarmName = (cluster: string, node: number) => `${cluster}-${node + 1}-down`;

/** Somebody reads the notices. */
const notifications = { emails: ['ops@example.com'] };

const one = (shape: Shape) => ({ clusters: [clusterOf(1, shape)], notifications });

/** Small to large, so that a failing history shrinks to a small cluster. Few, because each is synthesized once. */
const WITHOUT_APPLICATION_CHECK: readonly { readonly says: string; readonly config: unknown }[] = [
  { says: 'two nodes, one VIP', config: one({ name: 'mail', nodes: 2, virtualIps: ['10.0.0.5'] }) },
  {
    says: "three nodes with the user's alarms, two VIPs, one of them with an Elastic IP",
    config: one({ name: 'mail', nodes: 3, virtualIps: ['10.0.0.5', '10.0.0.6'], elastic: 1, alarms: true }),
  },
  {
    says: "three nodes with the user's alarms, two VIPs, one of them with an Elastic IP, atomic handover, automatic failback",
    config: one({
      name: 'mail',
      nodes: 3,
      virtualIps: ['10.0.0.5', '10.0.0.6'],
      elastic: 1,
      alarms: true,
      more: { handover: 'atomic', failback: { afterMinutes: 5 } },
    }),
  },
  {
    says: 'two clusters in one subnet: four nodes with three VIPs (two Elastic IPs), two nodes with one VIP',
    config: {
      clusters: [
        clusterOf(1, { name: 'mail', nodes: 4, virtualIps: ['10.0.0.5', '10.0.0.6', '10.0.0.7'], elastic: 2 }),
        clusterOf(2, { name: 'web', nodes: 2, virtualIps: ['10.0.0.8'] }),
      ],
      notifications,
    },
  },
];

/** Appended, so that the histories of the others stay what they are. */
const WITH_APPLICATION_CHECK: typeof WITHOUT_APPLICATION_CHECK = [
  {
    says: "three nodes with an application status check and the user's alarms, two VIPs, one of them with an Elastic IP",
    config: one({
      name: 'mail',
      nodes: 3,
      virtualIps: ['10.0.0.5', '10.0.0.6'],
      elastic: 1,
      alarms: true,
      more: { applicationCheck: { port: 8080, path: '/health' } },
    }),
  },
];

export const CONFIGS = [...WITHOUT_APPLICATION_CHECK, ...WITH_APPLICATION_CHECK];

/** How many configurations, from the first, have no application status check. The one after them has. */
export const UNCHECKED_CONFIGS = WITHOUT_APPLICATION_CHECK.length;

/** Small ones for the exhaustive search of interleavings: each address and each node more multiplies the orders. */
export const TWO_NODES: unknown = one({ name: 'mail', nodes: 2, virtualIps: ['10.0.0.5'] });
export const THREE_NODES: unknown = one({ name: 'mail', nodes: 3, virtualIps: ['10.0.0.5'] });
