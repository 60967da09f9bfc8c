import { addressesOf, type ClusterNode, nodeLabel } from '../shared/cluster';
import { StateUnsettled } from '../shared/errors';
import type { Reason } from '../shared/plan';
import { describeProblems, problemsAt } from '../shared/problems';
import { interfacesWith } from '../shared/snapshot';
import { refusalOf } from './before';
import { claimants } from './claims';
import { refusalOfTarget, stranger } from './questions';
import { isHealthy, isWandering, type Situation } from './situation';
import { isExcluded } from './tags';

/** What a real run would do, whatever the mode makes of it. */
export type Ruling =
  | { readonly kind: 'MOVE'; readonly why: Reason; readonly explanation: string; readonly destination: ClusterNode }
  | { readonly kind: 'NONE'; readonly why: Reason; readonly explanation: string }
  /** `error` is what the execution ends with. */
  | { readonly kind: 'FAIL'; readonly why: Reason; readonly explanation: string; readonly error: string }
  /** Not to be decided yet: `error` is thrown, and the workflow looks again. */
  | { readonly kind: 'LOOK_AGAIN'; readonly error: Error };

/** One that can be acted on. */
export type Verdict = Exclude<Ruling, { readonly kind: 'LOOK_AGAIN' }>;

export function targetRefused(situation: Situation, where = onHolder(situation)): Ruling {
  return fail(
    'TARGET_REFUSED',
    'TargetRefused',
    `${situation.request.target} could not take ${list(situation)}: ${sentence(refusalOfTarget(situation) ?? '')} ${where}`,
  );
}

export function primaryAddress({ snapshot, cluster }: Situation): Ruling {
  const { address, networkInterfaceId } = snapshot.addresses.find(({ primary }) => primary) ?? {};
  return fail(
    'PRIMARY_ADDRESS',
    'PrimaryAddress',
    `${address} is the primary address of ${networkInterfaceId}, which EC2 never moves. ` +
      `Give that interface another primary address, or take ${address} out of cluster "${cluster.name}".`,
  );
}

export function heldByStranger(situation: Situation): Ruling {
  const { address, networkInterfaceId, instanceId } = stranger(situation) ?? {};
  return fail(
    'HELD_BY_STRANGER',
    'HeldByStranger',
    `${address} is on ${networkInterfaceId}${instanceId ? ` (${instanceId})` : ''}, which is no node of cluster "${situation.cluster.name}". ` +
      'It was left there. Unassign it by hand if it is there by mistake, or add the node to the cluster.',
  );
}

export function overtaken(situation: Situation): Ruling {
  return fail(
    'OVERTAKEN',
    'Superseded',
    `${onHolder(situation)} Another execution or a person moved the addresses there. ${requestOf(situation)} It was not carried out; start it again if it is still wanted.`,
  );
}

export function assignedAgain(situation: Situation): Ruling {
  return move('CLAIMED', `${requestOf(situation)} Another node said so just now.`, situation.soleHolder);
}

export function claimOutdated(situation: Situation): Ruling {
  return nothing('CLAIM_OUTDATED', `${onHolder(situation)} The claim came late, or another node claimed since.`);
}

export function claimedInTurn(situation: Situation): Ruling {
  const { dampingMinutes } = situation.cluster;
  return nothing(
    'CLAIMED_IN_TURN',
    `${onHolder(situation)} ${claimants(situation).join(' and ')} claim in turn within ${dampingMinutes} minutes.`,
  );
}

export function noCandidate(situation: Situation): Ruling {
  const { cluster, before } = situation;
  const refused = cluster.nodes.some(({ instanceId }) => refusalOf(instanceId, before) !== undefined);
  const explanation = `No node of cluster "${cluster.name}" can take ${list(situation)}. ${whyNot(situation)} Repair a node; the next check moves the addresses to it.`;
  return refused
    ? fail('TARGET_REFUSED', 'TargetRefused', explanation)
    : fail('NO_HEALTHY_STANDBY', 'NoHealthyStandby', explanation);
}

/** Why no node is a candidate, in one sentence each. */
export function whyNot({ cluster, reports, snapshot, before, soleHolder }: Situation): string {
  return cluster.nodes
    .map((node) => {
      const { instanceId } = node;
      const problems = problemsAt(instanceId, reports);
      const refusal = refusalOf(instanceId, before);
      const reasons = [
        ...(problems.length > 0 ? [describeProblems(problems)] : []),
        ...(isExcluded(instanceId, snapshot) ? ['EXCLUDED by its tag'] : []),
        ...(refusal === undefined ? [] : [`${refusal.error}: ${refusal.message}`]),
        ...(node === soleHolder && isHealthy(instanceId, reports) ? ['is the holder'] : []),
      ];
      return sentence(`${instanceId}: ${reasons.join(', ')}`);
    })
    .join(' ');
}

/** A failure where somebody asked for another node, which cannot take them. */
export function leftThere(situation: Situation): Ruling {
  const { soleHolder, requestedTarget } = situation;
  const where = `${list(situation)}: left on ${soleHolder?.instanceId}, whose instance runs: ${whyLeft(situation)}.`;
  const refused = requestedTarget !== soleHolder && refusalOfTarget(situation) !== undefined;
  return refused ? targetRefused(situation, where) : nothing('FLAPPING', where);
}

/** Why nothing is done about a holder that only alarms or its application call unhealthy. */
export function whyLeft(situation: Situation): string {
  const { candidates, cluster, history } = situation;
  return isWandering(situation)
    ? `the application answers nowhere; the addresses moved ${history.movesOfLastHour} times in an hour`
    : `the alarms of ${candidates.map(({ instanceId }) => nodeLabel(cluster, instanceId)).join(', ')} changed less than ${cluster.dampingMinutes} minutes ago`;
}

/** EC2's messages end with a full stop, most of ours do not. */
function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

export function list({ cluster }: Pick<Situation, 'cluster'>): string {
  return addressesOf(cluster).join(', ');
}

export function onHolder({ cluster, soleHolder }: Pick<Situation, 'cluster' | 'soleHolder'>): string {
  return `${list({ cluster })}: on ${soleHolder?.instanceId}, which is healthy.`;
}

export function requestOf({ request, requestedTarget }: Situation): string {
  const { instanceId } = requestedTarget ?? {};
  return request.trigger === 'claim' ? `${instanceId} says that it is active.` : `A person asked for ${instanceId}.`;
}

export function askedFor({ request }: Situation): Reason {
  return request.trigger === 'claim' ? 'CLAIMED' : 'REQUESTED';
}

export function move(why: Reason, explanation: string, destination: ClusterNode | null): Ruling {
  if (destination === null)
    throw new Error(`${explanation} The move has no destination. This is a defect of the rules.`);
  return { kind: 'MOVE', why, explanation, destination };
}

export function nothing(why: Reason, explanation: string): Ruling {
  return { kind: 'NONE', why, explanation };
}

export function fail(why: Reason, error: string, explanation: string): Ruling {
  return { kind: 'FAIL', why, error, explanation };
}

export function lookAgain(message: string): Ruling {
  return { kind: 'LOOK_AGAIN', error: new StateUnsettled(`${message} Looking again.`) };
}

export function splitOver(situation: Situation): string {
  const { cluster, snapshot } = situation;
  const on = addressesOf(cluster).flatMap((address) => interfacesWith(address, snapshot));
  return `${list(situation)}: split over ${[...new Set(on)].join(', ')}.`;
}
