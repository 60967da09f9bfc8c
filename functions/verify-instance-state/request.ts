import { InvalidInput } from '../shared/errors';
import { type Fields, isFields, watchedInstances } from '../shared/input';
import { type Cluster, type ClusterNode, MODES, type Request } from '../shared/types';

const STATE_CHANGE = 'EC2 Instance State-change Notification';
const ALARM_CHANGE = 'CloudWatch Alarm State Change';
const UP = new Set(['pending', 'running']);
const FIELDS = ['cluster', 'mode', 'target', 'reason', 'requestedBy'];
/** The texts of a request stand several times in a state's data, which may have 256 KiB. */
const LONGEST_TEXT = 2_000;
const EXPECTED =
  'Send an EC2 state-change or a CloudWatch alarm event as EventBridge delivers it, or ' +
  '{"cluster": "NAME", "mode": "failover" | "drill" | "rehearsal" | "check", "target"?: "i-…", "reason"?: "…", "requestedBy"?: "…"}.';

/**
 * Reads an execution's input. An event is known by its `detail-type`; everything else must be a request.
 * @param input what the execution was started with: anything at all
 * @throws {InvalidInput} with the field, what was found there and what is allowed
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function parseRequest(input: unknown, clusters: readonly Cluster[]): Request {
  if (!isFields(input)) throw new InvalidInput(`The input is ${show(input)}, not an object. ${EXPECTED}`);
  if (!Object.hasOwn(input, 'detail-type')) return readPersonsRequest(input, clusters);
  const { source, 'detail-type': detailType, detail } = input;
  if (source === 'aws.ec2' && detailType === STATE_CHANGE) return readStateChange(input, asDetail(detail), clusters);
  if (source === 'aws.cloudwatch' && detailType === ALARM_CHANGE)
    return readAlarmChange(input, asDetail(detail), clusters);
  throw new InvalidInput(
    `source and detail-type are ${show(source)} and ${show(detailType)}: an event of another kind. ` +
      `Known are "aws.ec2" with "${STATE_CHANGE}" and "aws.cloudwatch" with "${ALARM_CHANGE}".`,
  );
}

function readStateChange(event: Fields, detail: Fields, clusters: readonly Cluster[]): Request {
  const instanceId = text(detail, 'instance-id', 'detail.instance-id', 'an instance ID such as "i-0123456789abcdef0"');
  const state = text(detail, 'state', 'detail.state', 'an instance state such as "stopped"');
  const cluster = clusterWith(clusters, ({ instanceId: id }) => id === instanceId);
  if (cluster === undefined) {
    throw new InvalidInput(
      `detail.instance-id is ${show(instanceId)}, which is a node of no cluster. ` +
        'Add it to a cluster in the configuration, or remove it from the rule that sent this event.',
    );
  }
  return { ...fromEvent(event, cluster), trigger: 'event', saidDown: UP.has(state) ? null : instanceId };
}

/** An alarm belongs to a cluster by its name (`nodes[].alarms`) or by the InstanceId dimension of a metric it watches. */
function readAlarmChange(event: Fields, detail: Fields, clusters: readonly Cluster[]): Request {
  const alarmName = text(detail, 'alarmName', 'detail.alarmName', "the alarm's name");
  const instanceIds = watchedInstances(detail);
  const cluster =
    clusterWith(clusters, ({ alarms = [] }) => alarms.includes(alarmName)) ??
    clusterWith(clusters, ({ instanceId }) => instanceIds.includes(instanceId));
  if (cluster === undefined) {
    throw new InvalidInput(
      `detail.alarmName is ${show(alarmName)}, which belongs to no node: no cluster names it under nodes[].alarms, and ` +
        `the instances that it watches (${some(instanceIds) || 'none'}) are in no cluster.`,
    );
  }
  return { ...fromEvent(event, cluster), trigger: 'alarm', saidDown: null };
}

function fromEvent(event: Fields, cluster: Cluster): Omit<Request, 'trigger' | 'saidDown'> {
  const time = text(event, 'time', 'time', 'an ISO 8601 time');
  if (Number.isNaN(Date.parse(time))) {
    throw new InvalidInput(`time is ${show(time)}; an ISO 8601 time such as "2026-01-31T12:00:00Z" is allowed.`);
  }
  return { cluster, mode: 'failover', target: null, reason: null, requestedBy: null, eventTime: time };
}

function readPersonsRequest(input: Fields, clusters: readonly Cluster[]): Request {
  const unknown = Object.keys(input).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0) {
    throw new InvalidInput(`Unknown field ${some(unknown)}; allowed are ${FIELDS.join(', ')}. ${EXPECTED}`);
  }
  const names = clusters.map(({ name }) => show(name)).join(', ');
  const name = text(input, 'cluster', 'cluster', `one of ${names}`);
  const cluster = clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) throw new InvalidInput(`cluster is ${show(name)}; known are ${names}.`);
  const mode = MODES.find((candidate) => candidate === input.mode);
  if (mode === undefined) {
    throw new InvalidInput(
      `mode is ${show(input.mode)}; allowed are ${MODES.map(show).join(', ')}. There is no default.`,
    );
  }
  const target = optionalText(input, 'target');
  const nodes = cluster.nodes.map(({ instanceId }) => show(instanceId)).join(', ');
  if (target !== null && !cluster.nodes.some(({ instanceId }) => instanceId === target)) {
    const other = clusterWith(clusters, ({ instanceId }) => instanceId === target);
    throw new InvalidInput(
      `target is ${show(target)}, ${other ? `a node of cluster ${show(other.name)}` : 'a node of no cluster'}; ` +
        `the nodes of cluster ${show(name)} are ${nodes}.`,
    );
  }
  if (mode === 'drill' && target === null) {
    throw new InvalidInput(
      `target is missing: a drill names the node that the addresses go to (${nodes}), so that a second run of it is harmless.`,
    );
  }
  if (mode === 'check' && target !== null) throw new InvalidInput('target is not allowed with mode "check".');
  return {
    cluster,
    mode,
    trigger: mode === 'check' ? 'schedule' : 'request',
    target,
    reason: cut(optionalText(input, 'reason')),
    requestedBy: cut(optionalText(input, 'requestedBy')),
    eventTime: null,
    saidDown: null,
  };
}

function clusterWith(clusters: readonly Cluster[], matches: (node: ClusterNode) => boolean): Cluster | undefined {
  return clusters.find(({ nodes }) => nodes.some(matches));
}

function asDetail(detail: unknown): Fields {
  if (!isFields(detail))
    throw new InvalidInput(`detail is ${show(detail)}; an object is allowed, as EventBridge delivers it.`);
  return detail;
}

function text(fields: Fields, key: string, path: string, allowed: string): string {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (typeof value !== 'string' || value === '')
    throw new InvalidInput(`${path} is ${show(value)}; ${allowed} is allowed.`);
  return value;
}

function optionalText(fields: Fields, key: string): string | null {
  if (!Object.hasOwn(fields, key)) return null;
  return text(fields, key, key, 'a text that is not empty');
}

/** What a person says is no reason to refuse the request: the execution's input keeps the whole text. */
function cut(value: string | null): string | null {
  return value === null || value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}…`;
}

/** A value for a message, at most 80 characters of it. Of lists and objects only the size: they may be nested thousands deep. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isFields(value)) return `an object with ${Object.keys(value).length} fields`;
  const json = JSON.stringify(value);
  return json.length <= 80 ? json : `${json.slice(0, 77)}… (${json.length} characters)`;
}

/** The first few of a list for a message. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, 5).map(show).join(', ');
  return items.length <= 5 ? shown : `${shown} and ${items.length - 5} more`;
}
