/**
 * How many private IPv4 addresses one network interface of an instance type can have (`ipv4AddressesPerInterface`), and
 * how many interfaces. @see EC2 User Guide, "Maximum IP addresses per network interface"
 */
export interface InstanceTypeLimits {
  readonly interfaces: number;
  readonly addressesPerInterface: number;
}

const LIMITS: Readonly<Record<string, readonly [interfaces: number, addressesPerInterface: number]>> = {
  't2.micro': [2, 2],
  't2.small': [3, 4],
  't2.medium': [3, 6],
  't2.large': [3, 12],
  't3.nano': [2, 2],
  't3.micro': [2, 2],
  't3.small': [3, 4],
  't3.medium': [3, 6],
  't3.large': [3, 12],
  't3.xlarge': [4, 15],
  't4g.nano': [2, 2],
  't4g.micro': [2, 2],
  't4g.small': [3, 4],
  't4g.medium': [3, 6],
  't4g.large': [3, 12],
  'm5.large': [3, 10],
  'm5.xlarge': [4, 15],
  'm5.2xlarge': [4, 15],
  'm5.4xlarge': [8, 30],
  'm5.8xlarge': [8, 30],
  'm5.12xlarge': [8, 30],
  'm5.24xlarge': [15, 50],
  'm6i.large': [3, 10],
  'm6i.xlarge': [4, 15],
  'm7g.large': [3, 10],
  'm7g.xlarge': [4, 15],
  'c5.large': [3, 10],
  'c5.xlarge': [4, 15],
  'c6i.large': [3, 10],
  'r5.large': [3, 10],
  'r5.xlarge': [4, 15],
  'r6i.large': [3, 10],
  'm8i.48xlarge': [24, 64],
};

export const INSTANCE_TYPES: readonly string[] = Object.keys(LIMITS);

export function limitsOf(type: string): InstanceTypeLimits | undefined {
  const limits = LIMITS[type];
  return limits && { interfaces: limits[0], addressesPerInterface: limits[1] };
}

/** The smallest type whose interfaces hold so many secondary addresses besides the primary one. */
export function typeThatHolds(secondaryAddresses: number): string {
  const type = ['m5.large', 'm5.xlarge', 'm5.4xlarge', 'm5.24xlarge', 'm8i.48xlarge'].find(
    (candidate) => (LIMITS[candidate]?.[1] ?? 0) > secondaryAddresses,
  );
  if (type === undefined)
    throw new Error(`No interface of EC2 holds ${secondaryAddresses} secondary addresses; 63 is the most.`);
  return type;
}
