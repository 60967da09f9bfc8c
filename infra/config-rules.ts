import { z } from 'zod';
import { type Limits, MAX_ELASTIC_IPS } from './limits';

/**
 * What the fields of a configuration may be together. The rules see whatever is well formed, also in a configuration
 * that has other problems, so that people are told everything at once.
 */
export interface Problem {
  /** Where, such as `clusters[0].virtualIps[1]`. */
  readonly path: string;
  readonly message: string;
}

const word = z.string().optional().catch(undefined);
const words = z.array(word).catch([]);
const lenient = z
  .object({
    clusters: z
      .array(
        z
          .object({
            name: word,
            subnetId: word,
            virtualIps: z
              .array(z.union([z.string(), z.object({ address: word, elasticIpAllocationId: word })]).catch(''))
              .catch([]),
            nodes: z
              .array(z.object({ instanceId: word, networkInterfaceId: word, alarms: words }).catch({ alarms: [] }))
              .catch([]),
            triggerStates: words,
            checkIntervalMinutes: z.unknown().optional(),
            failback: z.unknown().optional(),
          })
          .catch({
            virtualIps: [],
            nodes: [],
            triggerStates: [],
            checkIntervalMinutes: undefined,
            failback: undefined,
          }),
      )
      .catch([]),
    notifications: z.object({ emails: words }).catch({ emails: [] }),
  })
  .catch({ clusters: [], notifications: { emails: [] } });

type Seen = z.output<typeof lenient>;

interface Value {
  readonly path: string;
  readonly value: string | undefined;
}

export function brokenRules(config: unknown, limits: Limits): Problem[] {
  const seen = lenient.parse(config);
  return [...repetitions(seen), ...overfull(seen, limits), ...needless(seen)];
}

function repetitions({ clusters, notifications }: Seen): Problem[] {
  const virtualIps = clusters.map(({ virtualIps }, i) =>
    virtualIps.map((virtualIp, j) =>
      typeof virtualIp === 'string'
        ? { path: `clusters[${i}].virtualIps[${j}]`, address: virtualIp, elasticIp: undefined }
        : {
            path: `clusters[${i}].virtualIps[${j}]`,
            address: virtualIp.address,
            elasticIp: virtualIp.elasticIpAllocationId,
          },
    ),
  );
  const nodes = clusters.flatMap(({ nodes }, i) =>
    nodes.map((node, j) => ({ path: `clusters[${i}].nodes[${j}]`, ...node })),
  );
  return [
    ...repeated(
      clusters.map(({ name }, i) => ({ path: `clusters[${i}].name`, value: name })),
      'each cluster needs a name of its own, and names must differ in more than "-", "_" and capitals',
      (name) => name.replaceAll(/[-_]/g, '').toLowerCase(),
    ),
    ...repeated(
      // Two VPCs may use the same addresses, so an address is unique in its subnet.
      virtualIps.flatMap((list, i) =>
        list.map(({ path, address }) => ({ path, value: address && `${address} in ${clusters[i]?.subnetId}` })),
      ),
      'each virtual IP belongs to one cluster, and is named once',
    ),
    ...repeated(
      virtualIps.flat().map(({ path, elasticIp }) => ({ path: `${path}.elasticIpAllocationId`, value: elasticIp })),
      'each Elastic IP belongs on one virtual IP',
    ),
    ...repeated(
      nodes.map(({ path, instanceId }) => ({ path: `${path}.instanceId`, value: instanceId })),
      'an instance is a node of one cluster, and is named once; give a cluster that shares its nodes more virtual IPs instead',
    ),
    ...repeated(
      nodes.map(({ path, networkInterfaceId }) => ({ path: `${path}.networkInterfaceId`, value: networkInterfaceId })),
      'a network interface belongs to one node',
    ),
    ...nodes.flatMap(({ path, alarms }) =>
      repeated(
        alarms.map((value, i) => ({ path: `${path}.alarms[${i}]`, value })),
        'name each alarm of a node once',
      ),
    ),
    ...repeated(
      // An alarm's event says nothing of clusters: each name leads to one.
      clusters.flatMap(({ nodes }, i) =>
        [
          // Of several nodes with the same alarm the first one's path stays.
          ...new Map(
            nodes
              .flatMap((node, j) => node.alarms.map((alarm, k) => [alarm, `nodes[${j}].alarms[${k}]`] as const))
              .reverse(),
          ),
        ].map(([value, path]) => ({ path: `clusters[${i}].${path}`, value })),
      ),
      'an alarm belongs to one cluster; make one alarm a cluster, they may watch the same metric',
    ),
    ...clusters.flatMap(({ triggerStates }, i) =>
      repeated(
        triggerStates.map((value, j) => ({ path: `clusters[${i}].triggerStates[${j}]`, value })),
        'name each state once',
      ),
    ),
    ...repeated(
      notifications.emails.map((value, i) => ({ path: `notifications.emails[${i}]`, value })),
      'name each e-mail address once',
      (email) => email.toLowerCase(),
    ),
  ];
}

function repeated(values: readonly Value[], remedy: string, sameness = (value: string) => value): Problem[] {
  const first = new Map<string, Value>();
  return values.flatMap((entry) => {
    if (!entry.value) return [];
    const earlier = first.get(sameness(entry.value));
    if (earlier === undefined) {
      first.set(sameness(entry.value), entry);
      return [];
    }
    return [
      {
        path: entry.path,
        message: `found "${entry.value}", which ${earlier.path} has already ("${earlier.value}"); allowed: ${remedy}`,
      },
    ];
  });
}

const SECOND_STACK =
  'put the others into a second configuration file and deploy it as a second stack: npm run deploy -- -c config=FILE -c stackName=NAME';

function overfull({ clusters }: Seen, limits: Limits): Problem[] {
  const interfaces = clusters.flatMap(({ nodes }) => nodes).length;
  const elasticIps = clusters
    .flatMap(({ virtualIps }) => virtualIps)
    .filter((virtualIp) => typeof virtualIp === 'object' && virtualIp.elasticIpAllocationId !== undefined).length;
  const counts = [
    { found: clusters.length, limit: limits.clusters, what: 'clusters' },
    { found: interfaces, limit: limits.networkInterfaces, what: 'nodes (network interfaces)' },
    { found: elasticIps, limit: MAX_ELASTIC_IPS, what: 'Elastic IPs' },
  ];
  return counts
    .filter(({ found, limit }) => found > limit)
    .map(({ found, limit, what }) => ({
      path: 'clusters',
      message: `found ${found} ${what}; allowed: at most ${limit} in one stack; ${SECOND_STACK}`,
    }));
}

/** Automatic failback is done by the scheduled check. */
function needless({ clusters }: Seen): Problem[] {
  return clusters.flatMap(({ failback, checkIntervalMinutes }, i) => {
    const automatic = failback !== undefined && failback !== 'manual';
    const unchecked = checkIntervalMinutes === false || checkIntervalMinutes === 0;
    if (!automatic || !unchecked) return [];
    return [
      {
        path: `clusters[${i}].failback`,
        message: `found automatic failback in a cluster without checks; allowed: "manual", or a checkIntervalMinutes of 1 to 60, because it is the check that moves the addresses back`,
      },
    ];
  });
}
