import { RegionInfo } from 'aws-cdk-lib/region-info';
import { z } from 'zod';
import { IPV4, KEY_ARN, TOPIC_ARN } from './config-schema';
import { duplicatesIn, type Problem } from './duplicates';
import { type Limits, MAX_ELASTIC_IPS } from './limits';

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
              .array(
                z
                  .object({ instanceId: word, networkInterfaceId: word, name: word, alarms: words })
                  .catch({ alarms: [] }),
              )
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
    // What is not well formed is a problem of its own, and not taken for nobody.
    notifications: z
      .object({
        emails: z
          .union([z.literal('none'), z.array(word)])
          .default([])
          .catch('none'),
        topicArn: z.unknown().optional(),
        keyArn: z.unknown().optional(),
        secondAlarmTopicArn: z.unknown().optional(),
      })
      .default({ emails: [] })
      .catch({ emails: 'none' }),
  })
  .catch({ clusters: [], notifications: { emails: 'none' } });

type Seen = z.output<typeof lenient>;

/**
 * What the fields of a configuration may be together. The rules see whatever is well formed, also in a configuration
 * that has other problems, so that people are told everything at once.
 *
 * @param region where the stack goes to; undefined where that is known only at deployment
 */
export function brokenRules(config: unknown, limits: Limits, region: string | undefined): Problem[] {
  const seen = lenient.parse(config);
  return [
    ...duplicates(seen),
    ...outsideOneSubnet(seen),
    ...aboveLimits(seen, limits),
    ...failbackWithoutChecks(seen),
    ...misleadingNames(seen),
    ...namesOfConstructs(seen),
    ...oneTopicTwice(seen),
    ...otherRegions(seen, region),
    ...unheard(seen),
  ];
}

/** Whoever wants to tell nobody has to say so: a failover that nobody hears of is found out by its users. */
function unheard({ notifications: { emails, topicArn } }: Seen): Problem[] {
  if (emails.length > 0 || topicArn !== undefined) return [];
  return [
    {
      path: 'notifications',
      message:
        'nobody would be told of a failover; allowed: at least one address in "emails", or "topicArn" with a topic that somebody reads; where you subscribe to the topic of the stack yourself, "emails": "none"',
    },
  ];
}

/** Every virtual IP with what it is known to share a subnet with: where the subnet is not said, its own cluster. */
function virtualIpsOf({ clusters }: Seen) {
  return clusters.flatMap(({ subnetId, virtualIps }, i) =>
    virtualIps.map((virtualIp, j) => ({
      path: `clusters[${i}].virtualIps[${j}]`,
      subnet: subnetId ?? `clusters[${i}]`,
      ...(typeof virtualIp === 'string' ? { address: virtualIp, elasticIpAllocationId: undefined } : virtualIp),
    })),
  );
}

function duplicates(seen: Seen): Problem[] {
  const { clusters, notifications } = seen;
  const virtualIps = virtualIpsOf(seen);
  const nodes = clusters.flatMap(({ nodes }, i) =>
    nodes.map((node, j) => ({ path: `clusters[${i}].nodes[${j}]`, ...node })),
  );
  return [
    ...duplicatesIn(
      clusters.map(({ name }, i) => ({ path: `clusters[${i}].name`, value: name })),
      'each cluster needs a name of its own, and names must differ in more than "-", "_" and capitals',
      (name) => name.replaceAll(/[-_]/g, '').toLowerCase(),
    ),
    ...duplicatesIn(
      // Two VPCs may use the same addresses, so an address is unique in its subnet.
      virtualIps.map(({ path, address, subnet }) => ({ path, value: address, key: `${address} in ${subnet}` })),
      'each virtual IP of a subnet belongs to one cluster, and is named once',
    ),
    ...duplicatesIn(
      virtualIps.map(({ path, elasticIpAllocationId }) => ({
        path: `${path}.elasticIpAllocationId`,
        value: elasticIpAllocationId,
      })),
      'each Elastic IP belongs on one virtual IP',
    ),
    ...duplicatesIn(
      nodes.map(({ path, instanceId }) => ({ path: `${path}.instanceId`, value: instanceId })),
      'an instance is a node of one cluster, and is named once; give a cluster that shares its nodes more virtual IPs instead',
    ),
    ...duplicatesIn(
      nodes.map(({ path, networkInterfaceId }) => ({ path: `${path}.networkInterfaceId`, value: networkInterfaceId })),
      'a network interface belongs to one node',
    ),
    ...clusters.flatMap((cluster, i) =>
      duplicatesIn(
        cluster.nodes.map(({ name }, j) => ({ path: `clusters[${i}].nodes[${j}].name`, value: name })),
        'each node of a cluster needs a name of its own',
        (name) => name.normalize('NFKC').toLowerCase(),
      ),
    ),
    ...nodes.flatMap(({ path, alarms }) =>
      duplicatesIn(
        alarms.map((value, i) => ({ path: `${path}.alarms[${i}]`, value })),
        'name each alarm of a node once',
      ),
    ),
    ...duplicatesIn(
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
      duplicatesIn(
        triggerStates.map((value, j) => ({ path: `clusters[${i}].triggerStates[${j}]`, value })),
        'name each state once',
      ),
    ),
    ...duplicatesIn(
      (notifications.emails === 'none' ? [] : notifications.emails).map((value, i) => ({
        path: `notifications.emails[${i}]`,
        value,
      })),
      'name each e-mail address once',
      (email) => email.toLowerCase(),
    ),
  ];
}

/**
 * Addresses that no subnet can have, or not together. A subnet has a /16 at most, and what it starts and ends with is
 * EC2's: the first four addresses and the last one. Those of a /16 are that in every smaller subnet, too.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
function outsideOneSubnet(seen: Seen): Problem[] {
  const firstOf = new Map<string, { path: string; address: string }>();
  return virtualIpsOf(seen).flatMap(({ path, address, subnet }) => {
    if (address === undefined || !IPV4.test(address)) return [];
    const [one, two, three, four] = address.split('.').map(Number);
    const ofBlock = 256 * (three ?? 0) + (four ?? 0);
    if (ofBlock < 4 || ofBlock === 65_535) {
      return [
        {
          path,
          message: `found "${address}"; allowed: an address that EC2 gives away; the first four and the last one of a subnet are its own`,
        },
      ];
    }
    const first = firstOf.get(subnet) ?? { path, address };
    firstOf.set(subnet, first);
    if (first.address.startsWith(`${one}.${two}.`)) return [];
    return [
      {
        path,
        message: `found "${address}", which no subnet has together with "${first.address}" (${first.path}); allowed: addresses of the cluster's one subnet, which has at most 65,536 of them (a /16)`,
      },
    ];
  });
}

const SECOND_STACK =
  'put the others into a second configuration file and deploy it as a second stack: npm run deploy -- -c config=FILE -c stackName=NAME';

function aboveLimits({ clusters }: Seen, limits: Limits): Problem[] {
  const interfaces = clusters.flatMap(({ nodes }) => nodes).length;
  const elasticIps = clusters
    .flatMap(({ virtualIps }) => virtualIps)
    .filter((virtualIp) => typeof virtualIp === 'object' && virtualIp.elasticIpAllocationId !== undefined).length;
  const counts = [
    { found: clusters.length, limit: limits.clusters, what: 'clusters' },
    { found: interfaces, limit: limits.networkInterfaces, what: 'nodes (network interfaces)' },
    { found: elasticIps, limit: MAX_ELASTIC_IPS, what: 'Elastic IPs' },
  ];
  return counts.filter(({ found, limit }) => found > limit).map(tooMany);
}

/** What one stack cannot hold, and what to do about it. */
export function tooMany({ found, limit, what }: { found: number; limit: number; what: string }): Problem {
  return {
    path: 'clusters',
    message: `found ${found} ${what}; allowed: at most ${limit} in one stack; ${SECOND_STACK}`,
  };
}

/** Automatic failback is done by the scheduled check. */
function failbackWithoutChecks({ clusters }: Seen): Problem[] {
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

const ID = /^(?:i|eni)-[0-9a-f]+$/i;

/** A name that reads as another node's ID would make a notice, or a command, mean the wrong instance. */
function misleadingNames({ clusters }: Seen): Problem[] {
  return clusters.flatMap(({ nodes }, i) =>
    nodes.flatMap(({ name, instanceId }, j) => {
      if (name === undefined || !ID.test(name.trim()) || name === instanceId) return [];
      return [
        {
          path: `clusters[${i}].nodes[${j}].name`,
          message: `found "${name}", which reads as an ID, and not as the one of this node; allowed: a name such as "mail-1", or none`,
        },
      ];
    }),
  );
}

/** A construct keeps its children in an object, by their names, and two names say which child is the main one. */
function namesOfConstructs({ clusters }: Seen): Problem[] {
  return clusters.flatMap(({ name }, i) =>
    name !== undefined && (name in {} || name === 'Default' || name === 'Resource')
      ? [{ path: `clusters[${i}].name`, message: `found "${name}", which the CDK cannot use; allowed: another name` }]
      : [],
  );
}

function oneTopicTwice({ notifications: { topicArn, secondAlarmTopicArn } }: Seen): Problem[] {
  if (typeof topicArn !== 'string' || topicArn !== secondAlarmTopicArn) return [];
  return [
    {
      path: 'notifications.secondAlarmTopicArn',
      message: `found the topic of the notices itself; allowed: another topic, because a broken topic cannot report itself`,
    },
  ];
}

/** An alarm takes no topic of another Region, SNS publishes to none, and a key encrypts in its own Region only. */
function otherRegions({ notifications }: Seen, region: string | undefined): Problem[] {
  const given = (['topicArn', 'keyArn', 'secondAlarmTopicArn'] as const).flatMap((field) => {
    const arn = String(notifications[field]);
    const [, partition, , ofRegion] = TOPIC_ARN.test(arn) || KEY_ARN.test(arn) ? arn.split(':') : [];
    return ofRegion === undefined ? [] : [{ path: `notifications.${field}`, partition, region: ofRegion }];
  });
  const stack = { path: 'the stack', partition: region && RegionInfo.get(region).partition, region };
  const [home, ...others] = region === undefined ? given : [stack, ...given];
  return others
    .filter((other) => other.region !== home?.region || other.partition !== (home?.partition ?? other.partition))
    .map((other) => ({
      path: other.path,
      message: `found the Region ${other.region} (${other.partition}); allowed: the same Region as that of ${home?.path}, ${home?.region} (${home?.partition ?? other.partition})`,
    }));
}
