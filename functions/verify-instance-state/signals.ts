import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandOutput,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { DescribeInstanceStatusCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { call } from '../shared/aws-clients';
import type { Cluster } from '../shared/cluster';
import { asError } from '../shared/errors';
import { asFields } from '../shared/input';
import type { Request } from '../shared/plan';
import { allPages, type Snapshot } from '../shared/snapshot';

/** The status checks of a running instance as EC2 words them; null where EC2 says nothing. */
export interface ChecksSeen {
  readonly system: string | null;
  readonly instance: string | null;
  readonly ebs: string | null;
  /** What application status checks say, all in one; those that the user made too. */
  readonly application: string | null;
}

export interface AlarmSeen {
  readonly inAlarm: boolean;
  /** When it went to ALARM or left it last, ISO 8601; null where it did not lately. */
  readonly since: string | null;
}

/** The types that an alarm of the user's may have. */
const ALARM_TYPES = ['MetricAlarm', 'CompositeAlarm'] as const;

/** What AWS says about the health of a cluster's nodes, beyond the snapshot. */
export interface Signals {
  /** By instance ID, running instances only. */
  readonly checks: Readonly<Record<string, ChecksSeen>>;
  /** The user's alarms by name. One that does not exist is absent. */
  readonly alarms: Readonly<Record<string, AlarmSeen>>;
  /** What was asked for and answers lack: instances that run without their checks, and alarms. */
  readonly missing: { readonly checks: readonly string[]; readonly alarms: readonly string[] };
  /** How often the alarm that started this execution went to ALARM within the damping time; null where no alarm did, or it is not known. */
  readonly rises: number | null;
  /** What could not be asked. The decision goes on without, where it can. */
  readonly notRead: readonly { readonly call: string; readonly error: Error }[];
}

/**
 * Asks for what is not needed where the holder is plainly dead: a call that fails is reported, not thrown. The three run at
 * once.
 * @param now milliseconds since the epoch
 */
export async function readSignals(
  ec2: EC2Client,
  cloudWatch: CloudWatchClient,
  cluster: Cluster,
  request: Request,
  snapshot: Promise<Snapshot>,
  now: number,
): Promise<Signals> {
  const notRead: { call: string; error: Error }[] = [];
  const optional = async <Value>(name: string, read: Promise<Value>, otherwise: Value): Promise<Value> => {
    try {
      return await read;
    } catch (error) {
      notRead.push({ call: name, error: asError(error) });
      return otherwise;
    }
  };
  const [checks, alarms, rises] = await Promise.all([
    // Where the snapshot itself fails, that is the error that counts.
    snapshot.then(
      (seen) => optional('DescribeInstanceStatus', readChecks(ec2, runningIn(seen)), null),
      () => null,
    ),
    optional('DescribeAlarms', readAlarms(cloudWatch, cluster, now), null),
    readRises(cloudWatch, cluster, request, now).catch(() => null),
  ]);
  const running = checks === null ? [] : runningIn(await snapshot);
  const missing = {
    checks: running.filter((id) => checks?.[id] === undefined),
    alarms: alarms === null ? [] : namesOf(cluster).filter((name) => alarms[name] === undefined),
  };
  return { checks: checks ?? {}, alarms: alarms ?? {}, missing, rises, notRead };
}

function runningIn({ instances }: Snapshot): string[] {
  return Object.keys(instances).filter((id) => instances[id]?.state === 'running');
}

/**
 * DescribeInstanceStatus has no filter on IDs; with IDs one that has vanished fails the call, so only running ones are
 * named. The state filter makes the call draw on the larger throttling bucket.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ApplicationStatus.html
 */
async function readChecks(ec2: EC2Client, InstanceIds: string[]): Promise<Record<string, ChecksSeen>> {
  if (InstanceIds.length === 0) return {};
  const Filters = [{ Name: 'instance-state-name', Values: ['running'] }];
  const statuses = await allPages(async (NextToken) => {
    const command = new DescribeInstanceStatusCommand({
      InstanceIds,
      Filters,
      IncludeManagedResources: true,
      NextToken,
    });
    const page = await call('DescribeInstanceStatus', ec2.send(command));
    return { items: page.InstanceStatuses, next: page.NextToken };
  });
  return Object.fromEntries(
    statuses.map(({ InstanceId = '', SystemStatus, InstanceStatus, AttachedEbsStatus, ApplicationStatus }) => [
      InstanceId,
      {
        system: SystemStatus?.Status ?? null,
        instance: InstanceStatus?.Status ?? null,
        ebs: AttachedEbsStatus?.Status ?? null,
        application: ApplicationStatus?.Status ?? null,
      },
    ]),
  );
}

function namesOf({ nodes }: Cluster): string[] {
  return [...new Set(nodes.flatMap(({ alarms = [] }) => alarms))];
}

/**
 * An alarm is updated more often than it changes (StateUpdatedTimestamp also moves when its reasons do), and changes more
 * often than it goes up: one on a metric with few points is INSUFFICIENT_DATA in between.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_CompositeAlarm.html
 */
async function readAlarms(cloudWatch: CloudWatchClient, cluster: Cluster, now: number): Promise<Signals['alarms']> {
  const AlarmNames = namesOf(cluster);
  if (AlarmNames.length === 0) return {};
  const found = await allPages(async (NextToken) => {
    const command = new DescribeAlarmsCommand({ AlarmNames, AlarmTypes: [...ALARM_TYPES], NextToken });
    const page: DescribeAlarmsCommandOutput = await call('DescribeAlarms', cloudWatch.send(command));
    return { items: [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])], next: page.NextToken };
  });
  const { dampingMinutes = 0, failbackAfterMinutes = 0 } = cluster;
  const from = now - Math.max(dampingMinutes, failbackAfterMinutes) * 60_000;
  const seen = found.map(async ({ AlarmName = '', StateValue, StateTransitionedTimestamp: changed }) => {
    const inAlarm = StateValue === 'ALARM';
    const since =
      inAlarm || changed === undefined || changed.getTime() < from
        ? changed
        : await wentUpOrDown(cloudWatch, AlarmName, from, now).catch(() => changed);
    return [AlarmName, { inAlarm, since: since?.toISOString() ?? null }] as const;
  });
  return Object.fromEntries(await Promise.all(seen));
}

async function wentUpOrDown(cloudWatch: CloudWatchClient, name: string, from: number, to: number) {
  const changes = await changesOf(cloudWatch, name, from, to);
  return changes.find((change) => change.from === 'ALARM' || change.to === 'ALARM')?.at;
}

async function readRises(
  cloudWatch: CloudWatchClient,
  { dampingMinutes = 0 }: Cluster,
  { trigger, eventDetail: name, saidDown }: Request,
  now: number,
): Promise<number | null> {
  if (trigger !== 'alarm' || name === null || saidDown.length === 0 || dampingMinutes === 0) return null;
  const changes = await changesOf(cloudWatch, name, now - dampingMinutes * 60_000, now);
  return changes.filter(({ to }) => to === 'ALARM').length;
}

/**
 * The alarm's changes of state, newest first.
 * @param from, to milliseconds since the epoch
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
 */
async function changesOf(cloudWatch: CloudWatchClient, AlarmName: string, from: number, to: number) {
  const items = await allPages(async (NextToken) => {
    const command = new DescribeAlarmHistoryCommand({
      AlarmName,
      AlarmTypes: [...ALARM_TYPES],
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(from),
      EndDate: new Date(to),
      NextToken,
    });
    const page: DescribeAlarmHistoryCommandOutput = await call('DescribeAlarmHistory', cloudWatch.send(command));
    return { items: page.AlarmHistoryItems, next: page.NextToken };
  });
  return items.map(({ HistoryData = '', Timestamp: at }) => ({ ...statesIn(HistoryData), at }));
}

/** `HistoryData` is JSON with `oldState.stateValue` and `newState.stateValue`. */
function statesIn(data: string): { readonly from: unknown; readonly to: unknown } {
  try {
    const { oldState, newState } = asFields(JSON.parse(data));
    return { from: asFields(oldState).stateValue, to: asFields(newState).stateValue };
  } catch {
    return { from: undefined, to: undefined };
  }
}
