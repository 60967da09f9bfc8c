import type { Holder } from '../shared/types';

/** A status check's value as EC2 words it; null where EC2 says nothing, as for an instance that does not run. */
export type CheckStatus = string | null;

export interface InterfaceSeen {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  /** The attachment's status is `attached`, not on its way. */
  readonly attached: boolean;
  /** Private IPv4 addresses on it, the primary one included. */
  readonly addressCount: number;
}

export interface InstanceSeen {
  readonly state: string;
  readonly systemCheck: CheckStatus;
  readonly instanceCheck: CheckStatus;
  readonly ebsCheck: CheckStatus;
  readonly instanceType: string;
  /** ISO 8601. */
  readonly launchTime: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly interfaces: readonly InterfaceSeen[];
}

/** What EC2 (and CloudWatch, where alarms are tied to nodes) says now about one cluster. */
export interface Observation {
  /** By instance ID. An instance that has vanished is absent. */
  readonly instances: Readonly<Record<string, InstanceSeen>>;
  /** Every interface of the subnet that has a virtual IP, one entry an address. */
  readonly addresses: readonly (Holder & { readonly networkInterfaceId: string; readonly primary: boolean })[];
  /** Names of the nodes' alarms that are in ALARM. */
  readonly alarms: readonly string[];
}
