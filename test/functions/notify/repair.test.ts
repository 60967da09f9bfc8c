import type { RepairStep } from '../../../functions/notify/notice';
import { repairSteps, type Trouble } from '../../../functions/notify/repair';
import { type Seen, seenInPlan, seenNow, statusOf } from '../../../functions/notify/where';
import type { Cluster, ClusterNode } from '../../../functions/shared/cluster';
import type { NodeProblem } from '../../../functions/shared/plan';
import {
  A,
  B,
  C,
  cluster,
  ELASTIC_IP,
  execution,
  holders,
  kept,
  look,
  REGION,
  reports,
  STOPPED,
  STRANGER,
  SUBNET,
  vips,
} from './builders';

const OTHER_ELASTIC_IP = 'eipalloc-00000000000000002';
const of = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
const elastic = cluster({
  nodes: [A, B, C],
  virtualIps: [
    { address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP },
    { address: '10.0.0.6', elasticIpAllocationId: OTHER_ELASTIC_IP },
  ],
});

type On = ClusterNode | null;
type Problems = Readonly<Record<string, readonly NodeProblem[]>>;

/** What a look shows of 10.0.0.5 and 10.0.0.6 and of mail-1, mail-2 and mail-3. */
function seen(on: readonly On[], states: readonly (string | null)[], problems: Problems = {}, in_: Cluster = of): Seen {
  return seenNow(in_, look(on, states, { of: in_ }), reports(in_.nodes, problems));
}

function steps(what: Seen | null, changes: Partial<Trouble> = {}): RepairStep[] {
  return repairSteps({
    executionId: execution().id,
    cluster: of,
    seen: what,
    status: what === null ? 'CHECK' : statusOf(what, changes.saidDown ?? []),
    isPaused: false,
    isDoubted: false,
    isDenied: false,
    isUnderstood: true,
    planned: null,
    refused: [],
    saidDown: [],
    ...changes,
  });
}

/** "START mail-2": what is done, with which node. */
const inWords = (found: readonly RepairStep[]) =>
  found.map(({ what, about }) => `${what} ${about.replace(/ \(i-.*/, '')}`);
const commands = (found: readonly RepairStep[]) => found.map(({ command }) => command);
const ALARM: readonly NodeProblem[] = [{ code: 'ALARM', detail: 'smtp-down' }];
const EXCLUDED: readonly NodeProblem[] = [{ code: 'EXCLUDED', detail: 'x' }];
const LOOK = 'LOOK mail';
const running = ['running', 'running', 'running'];

describe('nothing is to be typed', () => {
  test('where all is on one running node', () => {
    expect(steps(seen([B, B], running))).toEqual([]);
  });
  test('B5: where the holder runs and no other node is better, only to be looked at', () => {
    const everywhere = { [A.instanceId]: ALARM, [B.instanceId]: ALARM, [C.instanceId]: ALARM };
    expect(steps(seen([A, A], running, everywhere))).toEqual([{ what: 'REPAIR_NODES', about: 'mail', command: null }]);
  });
  test('of a claim that was refused, while the holder is well', () => {
    const sick = { [B.instanceId]: ALARM, [C.instanceId]: ALARM };
    expect(steps(seen([A, A], running, sick), { status: 'CHECK' })).toEqual([]);
  });
  test('where no node is left that could be started', () => {
    const gone = seen([null, null], ['terminated', null, 'shutting-down']);
    expect(steps(gone)).toEqual([{ what: 'NO_NODE_LEFT', about: 'mail', command: null }]);
  });
  test('where every node is excluded or has refused', () => {
    const nobody = seen([null, null], ['terminated', 'running', 'running'], { [B.instanceId]: EXCLUDED });
    expect(inWords(steps(nobody, { refused: [C.instanceId] }))).toEqual(['NO_NODE_LEFT mail']);
  });
});

test('on a sick holder, with a standby that is stopped: it is started, and named where the service does not answer', () => {
  const states = ['running', 'running', 'stopped'];
  const found = steps(seen([A, A], states, { [A.instanceId]: ALARM, [B.instanceId]: EXCLUDED }));
  expect(inWords(found)).toEqual(['START mail-3', 'WAIT_RUNNING mail-3', 'NAME_TARGET mail-3']);
  const sick = steps(seen([A, A], ['running', 'stopped', 'stopped'], { [A.instanceId]: ALARM, [B.instanceId]: ALARM }));
  expect(inWords(sick)[0]).toBe('START mail-3');
});

describe('a service that may hang on a healthy node', () => {
  test('B9: is moved by naming a target', () => {
    expect(inWords(steps(seen([A, A], running), { isDoubted: true }))).toEqual(['NAME_TARGET mail-2']);
    expect(inWords(steps(seen([A, A], running), { isDoubted: true, planned: C.instanceId }))).toEqual([
      'NAME_TARGET mail-3',
    ]);
  });
  test.each<[string, Seen, readonly string[]]>([
    ['is not running', seen([A, A], ['running', 'stopped', 'stopping']), []],
    ['is not attached', seen([A, A], ['running', 'running, detached', 'running, detached']), []],
    ['has a problem', seen([A, A], running, { [B.instanceId]: ALARM, [C.instanceId]: EXCLUDED }), []],
    ['has refused', seen([A, A], running), [B.instanceId, C.instanceId]],
  ])('is not moved to a node that %s', (_name, what, refused) => {
    expect(steps(what, { isDoubted: true, refused })).toEqual([]);
  });
  test('on a node with an alarm goes to one without', () => {
    expect(inWords(steps(seen([A, A], running, { [A.instanceId]: ALARM })))).toEqual(['NAME_TARGET mail-2']);
  });
  test('on a node that an event called down goes to another', () => {
    expect(inWords(steps(seen([A, A], running), { saidDown: [A.instanceId] }))).toEqual(['NAME_TARGET mail-2']);
  });
});

describe('the workflow comes before EC2’s own commands', () => {
  test('with the node that can take the addresses named', () => {
    const found = steps(seen([A, A], ['stopped', 'running', 'running']));
    expect(inWords(found)).toEqual(['FAIL_OVER mail-2', 'ASSIGN mail-2', LOOK]);
    expect(commands(found)).toEqual([
      `aws stepfunctions start-execution --region ${REGION} --state-machine-arn arn:aws:states:${REGION}:111122223333:stateMachine:Failover --input '{"cluster":"mail","mode":"failover","target":"${B.instanceId}","requestedBy":"YOUR NAME"}'`,
      `aws ec2 assign-private-ip-addresses --network-interface-id ${B.networkInterfaceId} --private-ip-addresses 10.0.0.5 10.0.0.6 --allow-reassignment --region ${REGION}`,
      `aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${SUBNET} Name=addresses.private-ip-address,Values=10.0.0.5,10.0.0.6 --region ${REGION}`,
    ]);
  });
  test('but not where its role lacks a permission', () => {
    const found = steps(seen([A, A], ['stopped', 'running', 'running']), { isDenied: true });
    expect(inWords(found)).toEqual(['ASSIGN mail-2', LOOK]);
  });
  test('the planned node first, if it could take them', () => {
    const planned = (states: readonly string[]) => steps(seen([A, A], states), { planned: C.instanceId });
    expect(inWords(planned(['stopped', 'running', 'running']))[0]).toBe('FAIL_OVER mail-3');
    expect(inWords(planned(['stopped', 'running', 'stopped']))[0]).toBe('FAIL_OVER mail-2');
    expect(inWords(planned(['stopped', 'running', 'running, detached']))[0]).toBe('FAIL_OVER mail-2');
  });
  test('a node that has just refused is not named again', () => {
    const found = steps(seen([null, null], ['terminated', 'running', 'running']), { refused: [B.instanceId] });
    expect(inWords(found)[0]).toBe('FAIL_OVER mail-3');
  });
  test('addresses that are split, or partly on nobody, go to one node', () => {
    expect(inWords(steps(seen([B, A], ['stopped', 'running', 'stopped'])))[0]).toBe('FAIL_OVER mail-2');
    expect(inWords(steps(seen([A, B], running)))[0]).toBe('FAIL_OVER mail-1');
    expect(inWords(steps(seen([A, null], running)))[0]).toBe('FAIL_OVER mail-1');
  });
});

describe('B10: starting is cheaper than moving', () => {
  test('a stopped holder that has all addresses', () => {
    const found = steps(seen([A, A], ['stopped', 'stopped', 'terminated']));
    expect(inWords(found)).toEqual(['START mail-1', 'WAIT_RUNNING mail-1']);
    expect(commands(found)).toEqual([
      `aws ec2 start-instances --instance-ids ${A.instanceId} --region ${REGION}`,
      `aws ec2 wait instance-running --instance-ids ${A.instanceId} --region ${REGION}`,
    ]);
  });
  test('a holder that is still stopping is waited for', () => {
    const found = steps(seen([A, A], ['stopping', 'terminated', 'terminated']));
    expect(inWords(found)).toEqual(['WAIT_STOPPED mail-1', 'START mail-1', 'WAIT_RUNNING mail-1']);
    expect(found[0]?.command).toBe(`aws ec2 wait instance-stopped --instance-ids ${A.instanceId} --region ${REGION}`);
  });
  test('a holder that is on its way up is only waited for', () => {
    expect(inWords(steps(seen([A, A], ['pending', 'terminated', 'terminated'])))).toEqual(['WAIT_RUNNING mail-1']);
  });
  test('without a holder, a stopped node, which then gets the addresses', () => {
    const found = steps(seen([null, null], ['terminated', 'stopped', 'stopped']));
    expect(inWords(found)).toEqual(['START mail-2', 'WAIT_RUNNING mail-2', 'FAIL_OVER mail-2']);
  });
  test('a stopped holder without its interface is no help', () => {
    const found = steps(seen([A, A], ['stopped, detached', 'stopped', 'terminated']));
    expect(inWords(found)[0]).toBe('START mail-2');
  });
  test('a holder of only some addresses gets them all', () => {
    expect(inWords(steps(seen([A, null], ['stopped', 'terminated', 'terminated'])))).toEqual([
      'START mail-1',
      'WAIT_RUNNING mail-1',
      'FAIL_OVER mail-1',
    ]);
  });
  test('an address on nobody is better on a node with an alarm, which the workflow does not choose', () => {
    const alarmed = { [B.instanceId]: ALARM };
    const found = steps(seen([null, null], ['terminated', 'running', 'stopped'], alarmed));
    expect(inWords(found)).toEqual(['ASSIGN mail-2', LOOK]);
  });
});

describe('what no move may touch', () => {
  const takeBack = `TAKE_BACK 10.0.0.5 (${STRANGER.networkInterfaceId})`;
  test('a stranger: taken back by hand to a well node of ours, then the failover to it, which proves and records', () => {
    const found = steps(seen([{ ...STRANGER }, B], ['stopped', 'running', 'running']));
    expect(inWords(found)).toEqual([takeBack, 'FAIL_OVER mail-2']);
    expect(found[0]?.command).toBe(
      `aws ec2 assign-private-ip-addresses --network-interface-id ${B.networkInterfaceId} --private-ip-addresses 10.0.0.5 --allow-reassignment --region ${REGION}`,
    );
  });
  test('a stranger: both go to the node that was asked for', () => {
    const found = steps(seen([{ ...STRANGER }, B], running), { planned: C.instanceId });
    expect(inWords(found)).toEqual([takeBack, 'FAIL_OVER mail-3']);
    expect(found[0]?.command).toContain(C.networkInterfaceId);
  });
  test('a stranger, and no node of ours is well: better on one that is not than elsewhere', () => {
    const found = steps(seen([{ ...STRANGER }, B], ['terminated', 'stopped', 'stopped']));
    expect(inWords(found)).toEqual([takeBack, 'FAIL_OVER mail-2']);
  });
  test('a primary address: no command could move it', () => {
    const primary = seenNow(cluster(), look(B, ['running', 'running'], { primary: true }), []);
    const found = steps(primary, { cluster: cluster() });
    expect(inWords(found)).toEqual([`PRIMARY_ADDRESS 10.0.0.5 (${B.networkInterfaceId})`, 'FAIL_OVER mail']);
    expect(found[0]?.command).toBeNull();
  });
  test('A15: a replaced instance is no stranger: its interface is the node’s', () => {
    const found = steps(
      seen(
        [
          { ...A, instanceId: 'i-0c' },
          { ...A, instanceId: 'i-0c' },
        ],
        ['terminated', 'running', 'stopped'],
      ),
    );
    expect(inWords(found)[0]).toBe('FAIL_OVER mail-2');
  });
});

describe('Elastic IPs', () => {
  const missing = (elasticIp: string | undefined) => {
    const shown = look(B, running, { of: elastic, ...(elasticIp === undefined ? {} : { elasticIp }) });
    return steps(seenNow(elastic, shown, []), { cluster: elastic });
  };
  test('only those that are missing are put back', () => {
    const found = missing(ELASTIC_IP);
    expect(inWords(found)).toEqual([`ASSOCIATE ${OTHER_ELASTIC_IP} (10.0.0.6)`, LOOK]);
    expect(found[0]?.command).toBe(
      `aws ec2 associate-address --allocation-id ${OTHER_ELASTIC_IP} --network-interface-id ${B.networkInterfaceId} --private-ip-address 10.0.0.6 --allow-reassociation --region ${REGION}`,
    );
    expect(inWords(missing(undefined))).toHaveLength(3);
  });
  test('go along with addresses that are assigned by hand', () => {
    const nobody = seen([null, null], ['terminated', 'running', 'stopped'], {}, elastic);
    expect(inWords(steps(nobody, { cluster: elastic, isDenied: true }))).toEqual([
      'ASSIGN mail-2',
      `ASSOCIATE ${ELASTIC_IP} (10.0.0.5)`,
      `ASSOCIATE ${OTHER_ELASTIC_IP} (10.0.0.6)`,
      LOOK,
    ]);
  });
});

describe('looking failed', () => {
  test('looks first; the workflow looks by itself; EC2’s own command last', () => {
    expect(inWords(steps(null, { planned: B.instanceId }))).toEqual([LOOK, 'FAIL_OVER mail', 'ASSIGN mail-2']);
    expect(inWords(steps(null, { planned: C.instanceId }))[2]).toBe('ASSIGN mail-3');
  });
  test('never the node that the event says is down, nor one that refused', () => {
    expect(inWords(steps(null, { saidDown: [B.instanceId] }))[2]).toBe('ASSIGN mail-3');
    expect(inWords(steps(null, { saidDown: [B.instanceId], refused: [C.instanceId] }))[2]).toBe('ASSIGN mail-1');
    expect(inWords(steps(null, { saidDown: [A.instanceId, B.instanceId], refused: [C.instanceId] }))).toHaveLength(2);
  });
  test('the first node is the last choice', () => {
    expect(inWords(steps(null))[2]).toBe('ASSIGN mail-2');
  });
  test('a request that was not understood moves nothing by hand either', () => {
    expect(inWords(steps(null, { isUnderstood: false }))).toEqual([LOOK]);
  });
});

test('A4: what EC2 contradicts is looked at, and moved by the workflow alone', () => {
  expect(inWords(steps(seen([A, A], [null, 'running', 'running'])))).toEqual([LOOK, 'FAIL_OVER mail']);
});

describe('a pause', () => {
  const paused = (states: Problems) =>
    seenInPlan(kept('PAUSED', { cluster: of, holders: holders(of, A), nodes: reports(of.nodes, states) }));
  test('that keeps addresses on a dead node: by hand they move all the same', () => {
    const found = steps(paused({ [A.instanceId]: STOPPED }), { isPaused: true });
    expect(inWords(found)).toEqual(['FAIL_OVER mail-2', 'RESUME mail']);
    expect(found[1]?.command).toBe(
      `aws ec2 delete-tags --resources ${A.instanceId} ${B.instanceId} ${C.instanceId} --tags Key=vip-failover:paused --region ${REGION}`,
    );
  });
  test('that keeps addresses on a sick node: they move by hand where the service does not answer', () => {
    const found = steps(paused({ [A.instanceId]: ALARM }), { isPaused: true });
    expect(inWords(found)).toEqual(['NAME_TARGET mail-2', 'RESUME mail']);
    const everywhere = paused({ [A.instanceId]: ALARM, [B.instanceId]: ALARM, [C.instanceId]: ALARM });
    expect(inWords(steps(everywhere, { isPaused: true }))).toEqual(['REPAIR_NODES mail', 'RESUME mail']);
  });
  test('that keeps nothing back can be ended', () => {
    expect(inWords(steps(paused({}), { isPaused: true }))).toEqual(['RESUME mail']);
  });
});
