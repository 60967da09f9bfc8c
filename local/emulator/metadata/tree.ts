import type { ElasticIp, Instance, NetworkInterface, Subnet } from '../ec2/model/records';

/** A category's value, or the categories below it. */
export type Category = string | { readonly [name: string]: Category };

/** What the metadata of one instance is made of. */
export interface Facts {
  readonly accountId: string;
  readonly region: string;
  readonly instance: Instance;
  readonly interfaces: readonly NetworkInterface[];
  readonly elasticIps: readonly ElasticIp[];
  readonly subnetOf: (networkInterface: NetworkInterface) => Subnet;
  /** The role's part; undefined where the instance has no instance profile. */
  readonly iam: Category | undefined;
}

/**
 * Everything under `/latest/` that the local cloud knows of an instance.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html "Instance metadata categories"
 */
export function metadataOf(facts: Facts): Category {
  const { instance, region } = facts;
  const primary = facts.interfaces.find(({ attachment }) => attachment?.deviceIndex === 0);
  const availabilityZone = `${region}a`;
  return {
    'meta-data': {
      'instance-id': instance.id,
      'instance-type': instance.type,
      ...(primary && { 'local-ipv4': primary.primaryAddress, mac: primary.macAddress }),
      placement: { 'availability-zone': availabilityZone, region },
      services: { domain: 'amazonaws.com', partition: 'aws' },
      network: {
        interfaces: {
          macs: Object.fromEntries(facts.interfaces.map((each) => [each.macAddress, interfaceOf(each, facts)])),
        },
      },
      ...(facts.iam && { iam: facts.iam }),
    },
    dynamic: { 'instance-identity': { document: documentOf(facts, availabilityZone, primary) } },
  };
}

/**
 * `local-ipv4s` has the primary address first, then the secondary ones. The User Guide does not promise an order; agents
 * that configure secondary addresses rely on it (amazon-ec2-net-utils skips the first line).
 * @see https://github.com/amazonlinux/amazon-ec2-net-utils lib/lib.sh, create_ipv4_aliases
 */
function interfaceOf(networkInterface: NetworkInterface, { elasticIps, subnetOf, accountId }: Facts): Category {
  const subnet = subnetOf(networkInterface);
  const associated = elasticIps.filter(({ association }) => association?.networkInterfaceId === networkInterface.id);
  return {
    'device-number': String(networkInterface.attachment?.deviceIndex ?? 0),
    'interface-id': networkInterface.id,
    'local-ipv4s': lines([networkInterface.primaryAddress, ...networkInterface.secondaryAddresses]),
    mac: networkInterface.macAddress,
    'owner-id': accountId,
    'security-group-ids': lines(networkInterface.groups),
    'subnet-id': subnet.id,
    'subnet-ipv4-cidr-block': subnet.cidr,
    'vpc-id': subnet.vpcId,
    ...(associated.length > 0 && {
      'public-ipv4s': lines(associated.map(({ publicIp }) => publicIp)),
      'ipv4-associations': Object.fromEntries(
        associated.map(({ publicIp, association }) => [publicIp, association?.privateAddress ?? '']),
      ),
    }),
  };
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-identity-documents.html */
function documentOf(facts: Facts, availabilityZone: string, primary: NetworkInterface | undefined): string {
  const { accountId, region, instance } = facts;
  return JSON.stringify(
    {
      accountId,
      architecture: 'arm64',
      availabilityZone,
      instanceId: instance.id,
      instanceType: instance.type,
      pendingTime: new Date(instance.launchTime).toISOString().replace(/\.\d+Z$/, 'Z'),
      privateIp: primary?.primaryAddress ?? null,
      region,
      version: '2017-09-30',
    },
    null,
    2,
  );
}

const lines = (items: readonly string[]) => items.join('\n');

/** A value as it stands, a folder as a list of what is in it, or undefined where there is nothing. */
export function read(category: Category, path: readonly string[]): string | undefined {
  let found: Category | undefined = category;
  for (const name of path) {
    if (typeof found === 'string' || found === undefined) return undefined;
    found = Object.hasOwn(found, name) ? found[name] : undefined;
  }
  if (found === undefined || typeof found === 'string') return found;
  return lines(Object.entries(found).map(([name, below]) => (typeof below === 'string' ? name : `${name}/`)));
}
