import type { Cluster } from '../shared/cluster';
import { PAUSED_TAG } from '../shared/tags';
import { regionOf, stateMachineArn } from './console';
import type { NodeNow, RepairStep, Status } from './notice';
import { isOnRunningNode, nodeName, type Seen } from './where';

/** What the steps depend on. */
export interface Trouble {
  readonly executionId: string;
  readonly cluster: Cluster;
  /** Null: looking failed. */
  readonly seen: Seen | null;
  readonly status: Status;
  /** A pause keeps the addresses from moving by themselves, and they should. */
  readonly isPaused: boolean;
  /** A person asked for the failover, and EC2 calls the holder healthy. */
  readonly isDoubted: boolean;
  /** AWS refused the workflow's role a call. */
  readonly isDenied: boolean;
  /** False: the input was not understood, so nobody knows what should be done. */
  readonly isUnderstood: boolean;
  /** Instance that the last plan wanted the addresses on. */
  readonly planned: string | null;
  /** Instances that EC2 did not let have the addresses. */
  readonly refused: readonly string[];
  /** Instances that an event called down. */
  readonly saidDown: readonly string[];
}

/**
 * What a person can do, the cheapest first: start a holder that only stopped; run the workflow again, which proves and records
 * what it does; EC2's own commands where the workflow cannot do it. Nothing where nothing is to be done.
 */
export function repairSteps(trouble: Trouble): RepairStep[] {
  const { seen, status } = trouble;
  if (seen === null) return blindSteps(trouble);
  if (seen.contradiction !== null) return [look(trouble), failOver(trouble, null)];
  const resuming = trouble.isPaused ? [resume(trouble)] : [];
  if (status === 'OK') return [...(trouble.isDoubted ? nameTarget(trouble, seen) : []), ...resuming];
  const blocked = blockedSteps(trouble, seen);
  if (blocked.length > 0) return [...blocked, ...resuming];
  return [...(isServed(seen) ? sickHolderSteps(trouble, seen) : moveSteps(trouble, seen)), ...resuming];
}

/** Without a look: the workflow looks by itself; if it cannot, the plan's target, else a node of which nothing bad is known. */
function blindSteps(trouble: Trouble): RepairStep[] {
  const { cluster, refused, saidDown, isUnderstood } = trouble;
  if (!isUnderstood) return [look(trouble)];
  const [first, ...others] = cluster.nodes;
  const usable = [...others, ...(first ? [first] : [])].filter(
    ({ instanceId }) => !refused.includes(instanceId) && !saidDown.includes(instanceId),
  );
  const node = usable.find(({ instanceId }) => instanceId === trouble.planned) ?? usable[0];
  return [look(trouble), failOver(trouble, null), ...(node === undefined ? [] : assignSteps(trouble, node))];
}

/**
 * Addresses that no move of the workflow touches. From an interface of others a person takes one back in one call, to a node
 * of ours: it is never on nobody, and keeps its Elastic IP.
 */
function blockedSteps(trouble: Trouble, { where, nodes }: Seen): RepairStep[] {
  const ours = new Set(trouble.cluster.nodes.map(({ networkInterfaceId }) => networkInterfaceId));
  const asked = nodes.find(({ instanceId }) => instanceId === trouble.planned) ?? null;
  const attached = nodes.filter((node) => node.attached);
  const isWell = ({ state, problems }: NodeNow) => state === 'running' && problems.length === 0;
  const taker = asked ?? attached.find(isWell) ?? attached[0] ?? null;
  const steps = where.flatMap(({ address, networkInterfaceId, primary }): RepairStep[] => {
    if (networkInterfaceId === null) return [];
    const about = `${address} (${networkInterfaceId})`;
    if (primary) return [{ what: 'PRIMARY_ADDRESS', about, command: null }];
    if (ours.has(networkInterfaceId)) return [];
    return [{ what: 'TAKE_BACK', about, command: taker && ec2(trouble, assign(taker, [address])) }];
  });
  if (steps.length === 0) return [];
  const takesBack = steps.some(({ what }) => what === 'TAKE_BACK');
  return [...steps, failOver(trouble, takesBack ? taker : asked)];
}

/** All addresses are on one running node. */
function isServed({ where }: Seen): boolean {
  return where.every(isOnRunningNode) && new Set(where.map(({ networkInterfaceId }) => networkInterfaceId)).size === 1;
}

function sickHolderSteps(trouble: Trouble, seen: Seen): RepairStep[] {
  const { cluster } = trouble;
  const missing = seen.where.flatMap(({ address, networkInterfaceId, missingElasticIp }) =>
    networkInterfaceId === null || missingElasticIp === null
      ? []
      : [associate(trouble, networkInterfaceId, address, missingElasticIp)],
  );
  if (missing.length > 0) return [...missing, look(trouble)];
  const better = nameTarget(trouble, seen);
  if (better.length > 0) return better;
  const stopped = usableNodes(trouble, seen).find(
    (node) => isStartable(node) && node.problems.every(({ code }) => code === 'NOT_RUNNING'),
  );
  if (stopped !== undefined) return [...startSteps(trouble, stopped), toTarget(trouble, stopped)];
  const isSick = seen.where.some(
    ({ sickness, instanceId }) => sickness.length > 0 || trouble.saidDown.includes(instanceId ?? ''),
  );
  return isSick ? [{ what: 'REPAIR_NODES', about: cluster.name, command: null }] : [];
}

/** Nodes that could have the addresses if they ran. */
function usableNodes({ refused }: Trouble, { nodes }: Seen): NodeNow[] {
  return nodes.filter(
    ({ instanceId, attached, problems }) =>
      attached && !refused.includes(instanceId) && problems.every(({ code }) => code !== 'EXCLUDED'),
  );
}

function wellNodes(trouble: Trouble, seen: Seen): NodeNow[] {
  return usableNodes(trouble, seen).filter(({ state, problems }) => state === 'running' && problems.length === 0);
}

function moveSteps(trouble: Trouble, seen: Seen): RepairStep[] {
  const { cluster } = trouble;
  const usable = usableNodes(trouble, seen);
  const running = usable.filter(({ state }) => state === 'running');
  const well = planned(wellNodes(trouble, seen), trouble);
  if (well !== undefined) {
    const byHand = [...assignSteps(trouble, well), look(trouble)];
    if (trouble.isPaused) return [failOver(trouble, well)];
    return trouble.isDenied ? byHand : [failOver(trouble, well), ...byHand];
  }
  const holder = seen.nodes.find((node) => holdsAll(node, seen));
  if (holder !== undefined && isStartable(holder)) return startSteps(trouble, holder);
  // Better on a node with a problem than on nobody; the workflow does not choose it.
  const sick = planned(running, trouble);
  if (sick !== undefined) return [...assignSteps(trouble, sick), look(trouble)];
  const stopped = usable.find(isStartable);
  if (stopped !== undefined) return [...startSteps(trouble, stopped), failOver(trouble, stopped)];
  return [{ what: 'NO_NODE_LEFT', about: cluster.name, command: null }];
}

function planned(nodes: readonly NodeNow[], { planned: wanted }: Trouble): NodeNow | undefined {
  return nodes.find(({ instanceId }) => instanceId === wanted) ?? nodes[0];
}

function holdsAll({ networkInterfaceId }: NodeNow, { where }: Seen): boolean {
  return where.every((entry) => entry.networkInterfaceId === networkInterfaceId);
}

function isStartable({ state, attached }: NodeNow): boolean {
  return attached && (state === 'stopped' || state === 'stopping' || state === 'pending');
}

function startSteps(trouble: Trouble, { name, instanceId, state }: NodeNow): RepairStep[] {
  const step = (what: RepairStep['what'], command: string) => ({
    what,
    about: name.full,
    command: ec2(trouble, `${command} --instance-ids ${instanceId}`),
  });
  return [
    ...(state === 'stopping' ? [step('WAIT_STOPPED', 'wait instance-stopped')] : []),
    ...(state === 'pending' ? [] : [step('START', 'start-instances')]),
    step('WAIT_RUNNING', 'wait instance-running'),
  ];
}

type Destination = Pick<NodeNow, 'instanceId' | 'networkInterfaceId'>;

function assignSteps(trouble: Trouble, { instanceId, networkInterfaceId }: Destination): RepairStep[] {
  const { cluster } = trouble;
  const all = cluster.virtualIps.map(({ address }) => address);
  const command = ec2(trouble, assign({ networkInterfaceId }, all));
  return [
    { what: 'ASSIGN', about: nodeName(cluster, instanceId).full, command },
    ...cluster.virtualIps.flatMap(({ address, elasticIpAllocationId: allocationId }) =>
      allocationId === undefined ? [] : [associate(trouble, networkInterfaceId, address, allocationId)],
    ),
  ];
}

function assign({ networkInterfaceId }: Pick<NodeNow, 'networkInterfaceId'>, addresses: readonly string[]): string {
  return `assign-private-ip-addresses --network-interface-id ${networkInterfaceId} --private-ip-addresses ${addresses.join(' ')} --allow-reassignment`;
}

function associate(trouble: Trouble, networkInterfaceId: string, address: string, allocationId: string): RepairStep {
  const command = `associate-address --allocation-id ${allocationId} --network-interface-id ${networkInterfaceId} --private-ip-address ${address} --allow-reassociation`;
  return { what: 'ASSOCIATE', about: `${allocationId} (${address})`, command: ec2(trouble, command) };
}

/** For a service that hangs on a node that EC2 calls healthy: another node, where there is a good one. */
function nameTarget(trouble: Trouble, seen: Seen): RepairStep[] {
  const others = wellNodes(trouble, seen).filter((node) => !holdsAll(node, seen));
  const other = planned(others, trouble);
  return other === undefined ? [] : [toTarget(trouble, other)];
}

function toTarget(trouble: Trouble, target: NodeNow): RepairStep {
  return { ...failOver(trouble, target), what: 'NAME_TARGET' };
}

/** @param target null: the workflow chooses it */
function failOver({ executionId, cluster }: Trouble, target: NodeNow | null): RepairStep {
  const input = JSON.stringify({
    cluster: cluster.name,
    mode: 'failover',
    ...(target === null ? {} : { target: target.instanceId }),
    requestedBy: 'YOUR NAME',
  });
  return {
    what: 'FAIL_OVER',
    about: target?.name.full ?? cluster.name,
    command: `aws stepfunctions start-execution --region ${regionOf(executionId)} --state-machine-arn ${stateMachineArn(executionId)} --input '${input}'`,
  };
}

/** Taking a tag off a node that does not have it is no error. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html */
function resume(trouble: Trouble): RepairStep {
  const ids = trouble.cluster.nodes.map(({ instanceId }) => instanceId).join(' ');
  const command = ec2(trouble, `delete-tags --resources ${ids} --tags Key=${PAUSED_TAG}`);
  return { what: 'RESUME', about: trouble.cluster.name, command };
}

function look(trouble: Trouble): RepairStep {
  const { name, subnetId, virtualIps } = trouble.cluster;
  const list = virtualIps.map(({ address }) => address).join(',');
  const command = `describe-network-interfaces --filters Name=subnet-id,Values=${subnetId} Name=addresses.private-ip-address,Values=${list}`;
  return { what: 'LOOK', about: name, command: ec2(trouble, command) };
}

function ec2({ executionId }: Trouble, command: string): string {
  return `aws ec2 ${command} --region ${regionOf(executionId)}`;
}
