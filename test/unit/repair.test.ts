import type { RepairStep } from '../../functions/notify/notice';
import { repairSteps, safeHolder } from '../../functions/notify/repair';
import type { NodeNow, Now } from '../../functions/notify/where';
import type { Cluster, ClusterNode } from '../../functions/shared/types';
import { A, B, C, cluster, ELASTIC_IP, vips } from './support/clusters';
import { execution } from './support/plans';

const OTHER_ELASTIC_IP = 'eipalloc-00000000000000002';
const of = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
const elastic = cluster({
  nodes: [A, B, C],
  virtualIps: [
    { address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP },
    { address: '10.0.0.6', elasticIpAllocationId: OTHER_ELASTIC_IP },
  ],
});

interface Seen {
  readonly holders: readonly (ClusterNode | null)[];
  /** "running", or "running, detached". */
  readonly states: readonly string[];
  readonly primary?: readonly boolean[];
  readonly elasticIps?: readonly string[];
}
/** What a look shows of 10.0.0.5 and 10.0.0.6 and of the nodes a, b, c. */
function look({ holders, states, primary = [], elasticIps = [] }: Seen): Now {
  const nodes: NodeNow[] = [A, B, C].map((node, index) => ({
    ...node,
    state: states[index]?.split(',')[0] ?? null,
    attached: !states[index]?.includes('detached'),
  }));
  const addresses = holders.map((holder, index) => ({
    address: `10.0.0.${5 + index}`,
    networkInterfaceId: holder?.networkInterfaceId ?? null,
    instanceId: holder?.instanceId ?? null,
    elasticIpAllocationId: elasticIps[index] ?? null,
    primary: primary[index] ?? false,
    instanceState: null,
  }));
  return { addresses, nodes };
}

type Changes = Partial<Parameters<typeof repairSteps>[0]> & { readonly cluster?: Cluster };
const steps = (now: Now | null, changes: Changes = {}): RepairStep[] =>
  repairSteps({
    executionId: execution().id,
    cluster: of,
    now,
    planned: null,
    refused: [],
    saidDown: null,
    understood: true,
    ...changes,
  });
/** "START_TARGET i-…b", "ASSIGN i-…b (eni-…b)": what is done, with which node. */
const inWords = (found: RepairStep[]) => found.map(({ what, about }) => `${what} ${about}`);
const start = ({ instanceId }: ClusterNode) => `START_TARGET ${instanceId}`;
const assign = ({ instanceId, networkInterfaceId }: ClusterNode) => `ASSIGN ${instanceId} (${networkInterfaceId})`;
const LOOK = 'LOOK mail';

describe('the addresses are safe', () => {
  const running = ['running', 'running', 'running'];
  test('on one running node that holds all of them', () => {
    expect(safeHolder(of, look({ holders: [B, B], states: running }))).toEqual(B);
  });
  test.each<[string, Seen]>([
    ['they are split', { holders: [A, B], states: running }],
    ['one is on nobody', { holders: [B, null], states: running }],
    ['one is a primary address', { holders: [B, B], states: running, primary: [false, true] }],
    ['their node is stopped', { holders: [B, B], states: ['running', 'stopped', 'running'] }],
    ['their interface is detached', { holders: [B, B], states: ['running', 'running, detached', 'running'] }],
  ])('not when %s', (_name, seen) => {
    expect(safeHolder(of, look(seen))).toBeNull();
  });
});

describe('which node gets the addresses by hand', () => {
  test('the planned one, when it could take them', () => {
    const now = look({ holders: [A, A], states: ['stopped', 'running', 'running'] });
    expect(inWords(steps(now, { planned: C }))).toEqual([assign(C), LOOK]);
    expect(inWords(steps(now))).toEqual([assign(B), LOOK]);
  });
  test('another one when the planned one is stopped', () => {
    const now = look({ holders: [A, A], states: ['stopped', 'stopped', 'running'] });
    expect(inWords(steps(now, { planned: B }))).toEqual([assign(C), LOOK]);
  });
  test('one that runs and whose interface is attached, not one that only runs', () => {
    const now = look({ holders: [A, A], states: ['stopped', 'running, detached', 'running'] });
    expect(inWords(steps(now))).toEqual([assign(C), LOOK]);
  });
  test('never one that is on its way up or down', () => {
    const now = look({ holders: [null, null], states: ['stopping', 'pending', 'terminated, detached'] });
    expect(inWords(steps(now))).toEqual(['NO_NODE_LEFT mail']);
  });
  test('a stopped one only with its interface', () => {
    const now = look({ holders: [null, null], states: ['stopped, detached', 'stopped', 'terminated, detached'] });
    expect(inWords(steps(now))).toEqual([start(B), assign(B), LOOK]);
  });
  test('one that holds only some of them', () => {
    const now = look({ holders: [B, A], states: ['stopped', 'running', 'stopped'] });
    expect(inWords(steps(now))).toEqual([assign(B), LOOK]);
  });
});

describe('what is typed', () => {
  const now = look({ holders: [A, A], states: ['stopped', 'stopped', 'terminated, detached'] });
  test('names all addresses, in the way of each command', () => {
    const commands = steps(now).map(({ command }) => command);
    expect(commands[1]).toContain('--private-ip-addresses 10.0.0.5 10.0.0.6 --allow-reassignment');
    expect(commands[2]).toContain('Values=10.0.0.5,10.0.0.6 ');
  });
  test('a stopped node is started, whichever it is', () => {
    expect(inWords(steps(now))).toEqual([start(B), assign(B), LOOK]);
    expect(inWords(steps(null, { planned: B }))).toEqual([LOOK, assign(B), LOOK]);
  });
  test('an Elastic IP is put back only where it is missing', () => {
    const missing = `ASSOCIATE ${OTHER_ELASTIC_IP} (10.0.0.6)`;
    const safe = (elasticIps: string[]) =>
      steps(look({ holders: [B, B], states: ['stopped', 'running', 'running'], elasticIps }), {
        cluster: elastic,
        planned: B,
      });
    expect(inWords(safe([ELASTIC_IP, OTHER_ELASTIC_IP]))).toEqual([LOOK]);
    expect(inWords(safe([ELASTIC_IP]))).toEqual([missing, LOOK]);
    expect(inWords(safe([]))).toEqual([`ASSOCIATE ${ELASTIC_IP} (10.0.0.5)`, missing, LOOK]);
  });
});
