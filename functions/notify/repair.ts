import type { Cluster, ClusterNode } from '../shared/types';
import { regionOf, stateMachineArn } from './console';
import type { RepairStep } from './notice';
import type { NodeNow, Now } from './where';

interface Situation {
  readonly executionId: string;
  readonly cluster: Cluster;
  /** Null: looking failed. */
  readonly now: Now | null;
  /** The plan's target, where there was one. */
  readonly planned: ClusterNode | null;
  /** Instances that could not take the addresses. */
  readonly refused: readonly string[];
  /** The instance that an event says is in trouble. */
  readonly saidDown: string | null;
  /** False: the input was not understood, so nobody knows what should be done. */
  readonly understood: boolean;
}

/** The running node of the cluster that holds every address as a secondary one, or null. */
export function safeHolder({ nodes }: Cluster, now: Now): ClusterNode | null {
  const holders = new Set(now.addresses.map(({ networkInterfaceId }) => networkInterfaceId));
  const holder = nodes.find(({ networkInterfaceId }) => holders.has(networkInterfaceId)) ?? null;
  const safe =
    holders.size === 1 &&
    now.addresses.every(({ primary }) => !primary) &&
    now.nodes.some(
      ({ instanceId, state, attached }) => instanceId === holder?.instanceId && state === 'running' && attached,
    );
  return safe ? holder : null;
}

/** The commands that finish the job by hand, in order. They name the Region, the interface and the addresses. */
export function repairSteps(situation: Situation): RepairStep[] {
  const { cluster, now } = situation;
  if (now === null) return [lookStep(situation), ...assignSteps(situation, likelyNode(situation))];
  const primary = now.addresses.find((address) => address.primary);
  if (primary !== undefined) {
    return [
      { what: 'PRIMARY_ADDRESS', about: `${primary.address} (${primary.networkInterfaceId})`, command: null },
      runAgain(situation),
    ];
  }
  const ours = new Set(cluster.nodes.map(({ networkInterfaceId }) => networkInterfaceId));
  const strangers = now.addresses.filter(
    ({ networkInterfaceId }) => networkInterfaceId !== null && !ours.has(networkInterfaceId),
  );
  if (strangers.length > 0) {
    const unassign = strangers.map(({ address, networkInterfaceId }) => ({
      what: 'UNASSIGN_STRANGER' as const,
      about: `${address} (${networkInterfaceId})`,
      command: ec2(
        situation,
        `unassign-private-ip-addresses --network-interface-id ${networkInterfaceId} --private-ip-addresses ${address}`,
      ),
    }));
    return [...unassign, runAgain(situation)];
  }
  const holder = safeHolder(cluster, now);
  if (holder !== null && (!situation.understood || holder.instanceId === situation.planned?.instanceId)) {
    return [...associateSteps(situation, holder, now), lookStep(situation)];
  }
  return assignSteps(situation, bestNode(situation, now));
}

/** Without a look: the plan's target, else a node of which nothing bad is known. */
function likelyNode({ cluster: { nodes }, planned, refused, saidDown }: Situation): ClusterNode | null {
  const [first, ...others] = nodes;
  const inOrder = [planned, ...others, first].filter((node): node is ClusterNode => node != null);
  return inOrder.find(({ instanceId }) => !refused.includes(instanceId) && instanceId !== saidDown) ?? null;
}

/** A running node that refused nothing and holds not everything already; else one that only has to be started. */
function bestNode({ planned, refused }: Situation, { nodes, addresses }: Now): NodeNow | null {
  const holdsAll = (node: NodeNow) =>
    addresses.every(({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId);
  const usable = nodes.filter(({ instanceId }) => !refused.includes(instanceId));
  const ready = usable.filter((node) => node.state === 'running' && node.attached && !holdsAll(node));
  const stopped = usable.filter((node) => node.state === 'stopped' && node.attached);
  return (
    ready.find(({ instanceId }) => instanceId === planned?.instanceId) ??
    ready[0] ??
    stopped.find((node) => !holdsAll(node)) ??
    stopped[0] ??
    null
  );
}

function assignSteps(situation: Situation, node: ClusterNode | null): RepairStep[] {
  const { cluster, now } = situation;
  if (node === null) return [{ what: 'NO_NODE_LEFT', about: cluster.name, command: null }];
  const state = now?.nodes.find(({ instanceId }) => instanceId === node.instanceId)?.state;
  const { instanceId, networkInterfaceId } = node;
  const steps: RepairStep[] = [];
  if (state === 'stopped') {
    steps.push({
      what: 'START_TARGET',
      about: instanceId,
      command: ec2(situation, `start-instances --instance-ids ${instanceId}`),
    });
  }
  const list = cluster.virtualIps.map(({ address }) => address).join(' ');
  steps.push({
    what: 'ASSIGN',
    about: `${instanceId} (${networkInterfaceId})`,
    command: ec2(
      situation,
      `assign-private-ip-addresses --network-interface-id ${networkInterfaceId} --private-ip-addresses ${list} --allow-reassignment`,
    ),
  });
  return [...steps, ...associateSteps(situation, node, null), lookStep(situation)];
}

/** One step for each configured Elastic IP, but for those that a look shows where they belong. */
function associateSteps(situation: Situation, { networkInterfaceId }: ClusterNode, now: Now | null): RepairStep[] {
  return situation.cluster.virtualIps.flatMap(({ address, elasticIpAllocationId }) => {
    const found = now?.addresses.find((candidate) => candidate.address === address)?.elasticIpAllocationId;
    if (elasticIpAllocationId === undefined || found === elasticIpAllocationId) return [];
    return [
      {
        what: 'ASSOCIATE' as const,
        about: `${elasticIpAllocationId} (${address})`,
        command: ec2(
          situation,
          `associate-address --allocation-id ${elasticIpAllocationId} --network-interface-id ${networkInterfaceId} --private-ip-address ${address} --allow-reassociation`,
        ),
      },
    ];
  });
}

function lookStep(situation: Situation): RepairStep {
  const { cluster } = situation;
  const list = cluster.virtualIps.map(({ address }) => address).join(',');
  const command = ec2(
    situation,
    `describe-network-interfaces --filters Name=subnet-id,Values=${cluster.subnetId} Name=addresses.private-ip-address,Values=${list}`,
  );
  return { what: 'LOOK', about: cluster.name, command };
}

function runAgain({ executionId, cluster }: Situation): RepairStep {
  const input = JSON.stringify({ cluster: cluster.name, mode: 'failover' });
  const command = `aws stepfunctions start-execution --region ${regionOf(executionId)} --state-machine-arn ${stateMachineArn(executionId)} --input '${input}'`;
  return { what: 'RUN_AGAIN', about: cluster.name, command };
}

function ec2({ executionId }: Situation, command: string): string {
  return `aws ec2 ${command} --region ${regionOf(executionId)}`;
}
