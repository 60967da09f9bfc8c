import { CLAIM_TYPE, EVENT_SOURCE } from '../shared/bus';
import type { Cluster, ClusterNode } from '../shared/cluster';
import {
  asFields,
  clusterConcerned,
  type Fields,
  isFields,
  nodesConcerned,
  readTime,
  watchedInstances,
} from '../shared/input';
import { MODES, NOTHING_SAID, type Request } from '../shared/plan';
import { cut, isBlank } from '../shared/text';

const STATE_CHANGE = 'EC2 Instance State-change Notification';
const ALARM_CHANGE = 'CloudWatch Alarm State Change';
const UP = new Set(['pending', 'running']);
const FIELDS = ['cluster', 'mode', 'target', 'reason', 'requestedBy'];
/** The texts of a request stand several times in a state's data, which may have 256 KiB: at most so many characters. */
const LONGEST_TEXT = 2_000;
const EXPECTED =
  'Send an EC2 state-change, a CloudWatch alarm, or a virtual-IP claim event as EventBridge delivers it, or ' +
  '{"cluster": "NAME", "mode": "failover" | "drill" | "rehearsal" | "check", "target"?: "i-…", "reason"?: "…", "requestedBy": "…"}.';

/** What an execution is asked for, of which cluster; or what is wrong with its input, and the cluster it is about all the same. */
export type Reading =
  | { readonly request: Request; readonly cluster: Cluster }
  | { readonly invalid: string; readonly cluster: Cluster | null };

class Wrong extends Error {}

/**
 * Reads an execution's input. An event is known by its `detail-type`; everything else must be a request.
 * @param input what the execution was started with: anything at all
 * @returns where it is wrong: the field, what was found there and what is allowed
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function readInput(input: unknown, clusters: readonly Cluster[]): Reading {
  try {
    return understand(input, clusters);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { invalid: error.message, cluster: clusterConcerned(input, clusters) };
  }
}

function understand(input: unknown, clusters: readonly Cluster[]): { request: Request; cluster: Cluster } {
  if (!isFields(input)) throw new Wrong(`The input is ${show(input)}, not an object. ${EXPECTED}`);
  if (typeof input.tooLong === 'number' && Object.keys(input).length === 1) {
    throw new Wrong(
      `The input has ${input.tooLong} characters; fewer than 32,768 are allowed, and less where a stack has many clusters. ${EXPECTED}`,
    );
  }
  if (!Object.hasOwn(input, 'detail-type')) return readRequest(input, clusters);
  const { source, 'detail-type': detailType } = input;
  if (source === 'aws.ec2' && detailType === STATE_CHANGE) return readStateChange(input, detailOf(input), clusters);
  if (source === 'aws.cloudwatch' && detailType === ALARM_CHANGE) {
    return readAlarmChange(input, detailOf(input), clusters);
  }
  if (source === EVENT_SOURCE && typeof detailType === 'string' && detailType.startsWith(CLAIM_TYPE)) {
    return readClaim(input, detailType.slice(CLAIM_TYPE.length), detailOf(input), clusters);
  }
  throw new Wrong(
    `source and detail-type are ${show(source)} and ${show(detailType)}: an event of another kind. ` +
      `Known are "aws.ec2" with "${STATE_CHANGE}", "aws.cloudwatch" with "${ALARM_CHANGE}", ` +
      `and "${EVENT_SOURCE}" with "${CLAIM_TYPE}i-…".`,
  );
}

function readStateChange(event: Fields, detail: Fields, clusters: readonly Cluster[]) {
  const instanceId = text(detail, 'instance-id', 'detail.instance-id', 'an instance ID such as "i-0123456789abcdef0"');
  const state = text(detail, 'state', 'detail.state', 'an instance state such as "stopped"');
  const cluster = clusterWith(clusters, ({ instanceId: id }) => id === instanceId);
  if (cluster === undefined) {
    throw new Wrong(
      `detail.instance-id is ${show(instanceId)}, which is a node of no cluster. ` +
        'Add it to a cluster in the configuration, or remove it from the rule that sent this event.',
    );
  }
  const saidDown = UP.has(state) ? [] : [instanceId];
  return {
    cluster,
    request: { ...fromEvent(event), trigger: 'event' as const, saidDown, eventDetail: cut(state, 40) },
  };
}

/** An alarm belongs to a cluster by its name (`nodes[].alarms`) or by the InstanceId dimension of a metric it watches. */
function readAlarmChange(event: Fields, detail: Fields, clusters: readonly Cluster[]) {
  const alarmName = text(detail, 'alarmName', 'detail.alarmName', "the alarm's name");
  const cluster =
    clusterWith(clusters, ({ alarms = [] }) => alarms.includes(alarmName)) ??
    clusters.find((candidate) => nodesConcerned(detail, candidate).length > 0);
  if (cluster === undefined) {
    throw new Wrong(
      `detail.alarmName is ${show(alarmName)}, which belongs to no node: no cluster names it under nodes[].alarms, and ` +
        `the instances that it watches (${some(watchedInstances(detail)) || 'none'}) are in no cluster.`,
    );
  }
  const saidDown = asFields(detail.state).value === 'ALARM' ? nodesConcerned(detail, cluster) : [];
  return {
    cluster,
    request: { ...fromEvent(event), trigger: 'alarm' as const, saidDown, eventDetail: cut(alarmName, 255) },
  };
}

/**
 * The cluster software on a node says that this node is active now. Who claims stands in the detail type, because that is
 * what the permission to put the event is limited by: a node can claim for itself only.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
function readClaim(event: Fields, instanceId: string, detail: Fields, clusters: readonly Cluster[]) {
  const cluster = clusterNamedIn(detail, 'detail.cluster', clusters);
  if (!cluster.nodes.some((node) => node.instanceId === instanceId)) {
    throw new Wrong(
      `detail-type names ${show(instanceId)}, which is no node of cluster ${show(cluster.name)}; ` +
        `its nodes are ${some(cluster.nodes.map((node) => node.instanceId))}.`,
    );
  }
  return {
    cluster,
    request: {
      ...fromEvent(event),
      trigger: 'claim' as const,
      target: instanceId,
      reason: typeof detail.reason === 'string' && detail.reason !== '' ? cut(detail.reason, LONGEST_TEXT) : null,
    },
  };
}

/** The decision does not need the event's time, so one that cannot be read is left out. */
function fromEvent({ time, id }: Fields) {
  return {
    ...NOTHING_SAID,
    mode: 'failover' as const,
    eventTime: readTime(time),
    eventId: typeof id === 'string' ? cut(id, 100) : null,
  };
}

function readRequest(input: Fields, clusters: readonly Cluster[]): { request: Request; cluster: Cluster } {
  const unknown = Object.keys(input).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0) {
    throw new Wrong(`Unknown field ${some(unknown)}; allowed are ${FIELDS.join(', ')}. ${EXPECTED}`);
  }
  const cluster = clusterNamedIn(input, 'cluster', clusters);
  const mode = MODES.find((candidate) => candidate === input.mode);
  if (mode === undefined) {
    throw new Wrong(`mode is ${show(input.mode)}; allowed are ${MODES.map(show).join(', ')}. There is no default.`);
  }
  const request: Request = {
    ...NOTHING_SAID,
    mode,
    trigger: mode === 'check' ? 'schedule' : 'request',
    target: readTarget(input, mode, cluster, clusters),
    reason: optionalText(input, 'reason'),
    requestedBy: readRequester(input, mode),
  };
  return { request, cluster };
}

function readTarget(
  input: Fields,
  mode: Request['mode'],
  cluster: Cluster,
  clusters: readonly Cluster[],
): string | null {
  const target = optionalText(input, 'target');
  const nodes = some(cluster.nodes.map(({ instanceId }) => instanceId));
  if (target !== null && !cluster.nodes.some(({ instanceId }) => instanceId === target)) {
    const other = clusterWith(clusters, ({ instanceId }) => instanceId === target);
    throw new Wrong(
      `target is ${show(target)}, ${other ? `a node of cluster ${show(other.name)}` : 'a node of no cluster'}; ` +
        `the nodes of cluster ${show(cluster.name)} are ${nodes}.`,
    );
  }
  if (mode === 'drill' && target === null) {
    throw new Wrong(
      `target is missing: a drill names the node that the addresses go to (${nodes}), so that a second run of it is harmless.`,
    );
  }
  if (mode === 'check' && target !== null) throw new Wrong('target is not allowed with mode "check".');
  return target;
}

/** Whoever moves an address by hand says who it is: the record, the notice and the event have it, as stated. */
function readRequester(input: Fields, mode: Request['mode']): string | null {
  const requester = optionalText(input, 'requestedBy');
  const moves = mode === 'failover' || mode === 'drill';
  if (!moves || (requester !== null && !isBlank(requester))) return requester;
  throw new Wrong(
    `requestedBy is ${show(requester ?? undefined)}: a ${mode} by hand names whoever asks for it, for the record. Add "requestedBy": "YOUR NAME".`,
  );
}

/** @param path of the field `cluster`, for messages */
function clusterNamedIn(fields: Fields, path: string, clusters: readonly Cluster[]): Cluster {
  const names = some(clusters.map(({ name }) => name));
  const name = text(fields, 'cluster', path, `one of ${names}`);
  const cluster = clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new Wrong(`${path} is ${show(name)}; known are ${names}.`);
  return cluster;
}

function clusterWith(clusters: readonly Cluster[], matches: (node: ClusterNode) => boolean): Cluster | undefined {
  return clusters.find(({ nodes }) => nodes.some(matches));
}

function detailOf({ detail }: Fields): Fields {
  if (!isFields(detail))
    throw new Wrong(`detail is ${show(detail)}; an object is allowed, as EventBridge delivers it.`);
  return detail;
}

function text(fields: Fields, key: string, path: string, allowed: string): string {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value !== 'string' || value === '') throw new Wrong(`${path} is ${show(value)}; ${allowed} is allowed.`);
  return value;
}

/** What a person says is no reason to refuse the request: the execution's input keeps the whole text. */
function optionalText(fields: Fields, key: string): string | null {
  return Object.hasOwn(fields, key) ? cut(text(fields, key, key, 'a text that is not empty'), LONGEST_TEXT) : null;
}

/** A value for a message, at most 80 characters of it. Of lists and objects only the size: they may be nested thousands deep. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isFields(value)) {
    const fields = Object.keys(value).length;
    return `an object with ${fields} ${fields === 1 ? 'field' : 'fields'}`;
  }
  const json = JSON.stringify(value);
  return json.length <= 80 ? json : `${cut(json, 78)} (${json.length} characters)`;
}

/** The first few of a list for a message. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 5).map(show).join(', ');
  return items.length <= 5 ? shown : `${shown} and ${items.length - 5} more`;
}
