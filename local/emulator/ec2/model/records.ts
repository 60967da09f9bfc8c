/** What the local VPC is made of. Records never change: a new one takes the old one's place, so that old reads stay true. */

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** A status check's value. `not-applicable` while the instance does not run. */
export type CheckStatus = 'ok' | 'impaired' | 'initializing' | 'not-applicable';
export type CheckName = 'system' | 'instance' | 'ebs';

/**
 * What application status checks say of an instance, all in one. `not-applicable`: it has none, or does not run.
 * `insufficient-data`: too few answers yet, or none could be asked for.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ApplicationStatus.html
 * @see EC2 API Reference, ApplicationStatusSummary
 */
export interface ApplicationStatus {
  /** Whether a check is associated with the instance. */
  readonly checked: boolean;
  readonly status: CheckStatus | 'insufficient-data';
  /** Milliseconds since the epoch; null where it is not impaired. */
  readonly impairedSince: number | null;
}
export type Tags = Readonly<Record<string, string>>;

export interface CidrReservation {
  readonly id: string;
  readonly cidr: string;
  readonly description?: string;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly reservations: readonly CidrReservation[];
  readonly tags: Tags;
}

export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly subnetId: string;
  readonly state: InstanceState;
  /** Milliseconds since the epoch; a start sets it anew, as EC2 does. */
  readonly launchTime: number;
  /** When it became `terminated`; null before. */
  readonly terminatedAt: number | null;
  readonly checks: Readonly<Record<CheckName, CheckStatus>>;
  readonly application: ApplicationStatus;
  /** The AWS service that manages it; null: the user does. EC2 leaves managed resources out of lists. */
  readonly managedBy: string | null;
  readonly tags: Tags;
}

export interface Attachment {
  readonly id: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
  readonly attachTime: number;
}

export interface NetworkInterface {
  readonly id: string;
  readonly subnetId: string;
  readonly macAddress: string;
  readonly primaryAddress: string;
  readonly secondaryAddresses: readonly string[];
  /** Delegated /28 blocks. Each takes a slot, as a secondary address does. */
  readonly prefixes: readonly string[];
  /** IDs of its security groups. */
  readonly groups: readonly string[];
  readonly sourceDestCheck: boolean;
  /** Null: the interface is `available`. */
  readonly attachment: Attachment | null;
  /** As of an instance. */
  readonly managedBy: string | null;
  readonly tags: Tags;
}

export interface ElasticIp {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly association: {
    readonly id: string;
    readonly networkInterfaceId: string;
    readonly privateAddress: string;
  } | null;
  readonly tags: Tags;
}
