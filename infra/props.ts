import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ICodeSigningConfig } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';

/** A state of an EC2 instance, as its state-change event says it. */
export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

/** A secondary private IPv4 address that moves, and the Elastic IP that belongs on it. */
export interface VirtualIpProps {
  /** Dotted IPv4, an address of the cluster's subnet. */
  readonly address: string;
  /**
   * Associated again when a move or a termination dropped it.
   *
   * @default - no Elastic IP belongs on the address; one that is there all the same is never dropped
   */
  readonly elasticIpAllocationId?: string | undefined;
}

/** An instance and its network interface. IDs may be tokens, such as `instance.instanceId`. */
export interface NodeProps {
  readonly instanceId: string;
  /** The interface of the instance that may hold the virtual IPs, in the cluster's subnet. */
  readonly networkInterfaceId: string;
  /**
   * What people call the node, such as "mail-1": notices show it beside the instance's ID. Unique in the cluster.
   *
   * @default - the instance's ID alone
   */
  readonly name?: string | undefined;
  /**
   * Names of CloudWatch alarms of this account and Region, at most five. While one is in ALARM the node is unhealthy.
   *
   * @default - only EC2 says how the node is
   */
  readonly alarms?: readonly string[];
}

/** EC2 asks the application on each node over its interface, once a minute. At most 50 in an account. */
export interface ApplicationCheckProps {
  /** @default 'HTTP' */
  readonly protocol?: 'HTTP' | 'HTTPS';
  readonly port: number;
  /**
   * A status of 200 means that the application is well.
   *
   * @default '/'
   */
  readonly path?: string;
  /**
   * How many answers in a row must be missing or bad.
   *
   * @default 2
   */
  readonly failureThreshold?: number;
  /**
   * `holder`: on the other nodes the application does not run. `all`: it does.
   *
   * @default 'holder'
   */
  readonly countsFor?: 'holder' | 'all';
}

/** Virtual IPs that move together, and the nodes that may hold them. */
export interface ClusterProps {
  /** 1 to 40 letters, digits, `-` or `_`; unique in the account and Region, because metrics go by it. May be a token. */
  readonly name: string;
  /** The subnet of the virtual IPs and of all nodes. */
  readonly subnetId: string;
  /** 1 to 63 addresses of the subnet. May be tokens, also one list of unknown length (`parameter.valueAsList`). */
  readonly virtualIps: readonly (string | VirtualIpProps)[];
  /** Two to eight nodes in order of preference. */
  readonly nodes: readonly NodeProps[];
  /**
   * The instance states whose events start the workflow.
   *
   * @default ['stopping', 'stopped', 'shutting-down', 'terminated', 'running']
   */
  readonly triggerStates?: readonly InstanceState[];
  /**
   * `unassign-first` takes the addresses off their holder before they are assigned; `atomic` lets EC2 reassign them in
   * one call, without dark time.
   *
   * @default 'unassign-first'
   */
  readonly handover?: 'unassign-first' | 'atomic';
  /**
   * EC2's own check of the application, as part of the nodes' health.
   *
   * @default - only checks that you made yourself count
   */
  readonly applicationCheck?: ApplicationCheckProps | undefined;
  /**
   * Whether the addresses move back to the first node by themselves, and how long that node must have been well again
   * first. What a person moved is not taken back.
   * `automatic` means 60 minutes.
   *
   * @default 'manual'
   */
  readonly failback?: 'manual' | 'automatic' | { readonly afterMinutes: number };
  /**
   * How long a node's own alarms must have been quiet before it takes the addresses from a node whose instance runs.
   * Minutes, 0 to 60; 0: alarms that come and go carry the addresses to and fro.
   *
   * @default 5
   */
  readonly dampingMinutes?: number;
  /**
   * The longest time between two checks of the cluster, which repair it if an event was missed. Minutes, 1 to 60; `false`
   * or 0: never. Checks come at the same minutes of every hour.
   *
   * @default 5
   */
  readonly checkIntervalMinutes?: number | false;
  /**
   * How long the cluster may be paused without a break before the alarm PausedTooLong says so. Hours, 1 to 168; needs checks.
   *
   * @default 24
   */
  readonly pauseAlarmHours?: number;
}

export interface VirtualIpFailoverProps {
  /** At most 40, with 120 nodes in all, and no more than fit the 500 resources of the stack. */
  readonly clusters: readonly ClusterProps[];
  /**
   * Who gets the notices by e-mail. Needed unless there is a `topic`: at least one address, or `none`, which says that you
   * subscribe to the new topic yourself; no check then looks whether anybody does.
   */
  readonly emails?: readonly string[] | 'none';
  /**
   * The language of the notices.
   *
   * @default 'en'
   */
  readonly locale?: 'en' | 'ja';
  /**
   * The time zone whose local time stands beside UTC in notices, as the IANA database calls it: "Asia/Tokyo".
   *
   * @default 'UTC'
   */
  readonly timeZone?: string;
  /**
   * Makes `chatTopic`, a second topic with every notice in the form that Amazon Q Developer in chat applications shows in
   * Slack and Teams. Add the topic to a channel's configuration.
   *
   * @default false
   */
  readonly chat?: boolean;
  /**
   * An existing topic of the same Region for notices and alarms. Its policy must let `cloudwatch.amazonaws.com` publish, and so must its
   * key's; pass the key as `key`.
   *
   * @default - a new topic, encrypted, TLS only
   */
  readonly topic?: ITopic;
  /**
   * The key of `topic`, or without one the key that encrypts the new topic. Its policy must let
   * `cloudwatch.amazonaws.com` use `kms:GenerateDataKey*` and `kms:Decrypt`.
   *
   * @default - a new customer-managed key with rotation, unless `topic` is given
   */
  readonly key?: IKey;
  /**
   * A second topic of the same Region for alarms, because a broken topic cannot report itself.
   *
   * @default - alarms go to `topic` only
   */
  readonly secondAlarmTopic?: ITopic;
  /**
   * Whose signatures Lambda asks for on the code of every function; the signing itself is the pipeline's.
   *
   * @default - code is not signed
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
   */
  readonly codeSigningConfig?: ICodeSigningConfig;
  /**
   * How long logs, the audit trail, are kept.
   *
   * @default RetentionDays.TWO_YEARS
   */
  readonly logRetentionDays?: RetentionDays;
  /**
   * Memory of each Lambda, megabytes. Lambda gives CPU in proportion. With the default a cold start spends little on
   * loading and the rest of the time is spent waiting for EC2, which more CPU would not shorten.
   *
   * @default 512
   */
  readonly memoryMegabytes?: number;
  /**
   * Concurrent invocations set aside for each of the five Lambdas, and at the same time their upper limit. Set it where
   * other functions of the account could use up its concurrency; set it too low, and clusters that fail together wait. The
   * account must have five times as much to give and keep 100 unreserved; a new account may have no more than 10 in all.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   * @default - none: the functions share the account's concurrency and have no limit of their own
   */
  readonly reservedConcurrency?: number;
}
