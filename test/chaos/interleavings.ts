import { ClusterDriver } from '../../local/demo/cluster-driver';
import { type Cloud, startCloud } from '../../local/emulator/cloud';
import type { TimelineEvent } from '../../local/emulator/kernel/timeline';
import type { Execution } from '../../local/emulator/step-functions/state-machine';
import { Gate } from './gate';
import { type Violation, violationsOf } from './invariants/index';
import type { Played } from './play';
import { Recorder } from './recorder';
import { runsOf, wantedTarget } from './runs';
import { type Option, type Order, Situations } from './situations';

/** Executions that overlap, and what may happen to them meanwhile. */
export interface Overlap {
  readonly name: string;
  /** In cdk.json's form. */
  readonly config: unknown;
  /** Before anything runs; then what is started here runs at once, in every order. */
  begin(driver: ClusterDriver): void;
  /** What happens to the world at any moment, one after the other. */
  readonly events?: readonly { readonly says: string; happen(driver: ClusterDriver): void }[];
  /** The first execution's assign may be throttled for longer than a plan lives. */
  readonly throttlesAssign?: boolean;
  /** How often time may pass while a call waits; by default twice. More of it multiplies the orders. */
  readonly waits?: number;
  /** Where the orders have no end: so many are run. By default all. */
  readonly atMost?: number;
  /** The first execution may die at any moment; its last call may still take effect later. */
  readonly dies?: boolean;
}

export interface Explored {
  readonly name: string;
  /** Different situations: world, and what each execution knows. */
  readonly states: number;
  /** Runs from the start, each another order. */
  readonly runs: number;
  /** Runs that came to an end; the others met a situation that was known. */
  readonly endings: number;
  /** False: it was stopped at the limit. */
  readonly complete: boolean;
  readonly violations: readonly Violation[];
  /** The order of the first run with a violation. */
  readonly order: readonly string[];
}

/** Time that passes while a call waits: long enough for one pause of the workflow, too short for a call's timeout. */
const WAIT = 1_100;
/** For longer than a plan lives, milliseconds. */
const BURST = 16_000;
/** For state changes and events to arrive, milliseconds. */
const NEWS = 20;

/** Reads that address changes do not alter: once the world stands still, their moment does not matter. */
const WORLD_READS = new Set(['DescribeInstanceStatus']);
/** They change nothing that an execution reads. */
const ALWAYS_OPEN = new Set([
  'Publish',
  'PutEvents',
  'DescribeInstanceTypes',
  'GetSubnetCidrReservations',
  'DescribeSubnets',
  'DescribeAlarms',
  'DescribeAlarmHistory',
  'GetMetricData',
  'GetTopicAttributes',
]);

/**
 * Runs the executions in every order of their API calls, by depth-first search: each run begins anew, follows
 * the choices that led to an open alternative, and goes on until all is at rest or the situation is a known one.
 */
export async function explore(
  overlap: Overlap,
  templateFile: string,
  mostRuns = overlap.atMost ?? Number.POSITIVE_INFINITY,
  progress: (runs: number, states: number, open: number) => void = () => undefined,
): Promise<Explored> {
  const known = new Situations();
  const open: Order[] = [{ labels: [], asleep: [] }];
  const violations: Violation[] = [];
  let order: readonly string[] = [];
  let runs = 0;
  let endings = 0;
  while (runs < mostRuns) {
    const next = open.pop();
    if (next === undefined) break;
    const cloud = await startCloud({
      templateFile,
      clock: 'virtual',
      reuseInstances: true,
      latency: () => 0,
      // Always the middle of the jitter: else every order would have pauses of its own, and no two would meet.
      random: () => 0.5,
      world: { transitions: { stopping: 1, pending: 1, shuttingDown: 1, initializing: 1 } },
    });
    try {
      const result = await new Run(overlap, cloud, known).follow(next);
      runs += 1;
      progress(runs, known.size, open.length);
      open.push(...result.alternatives);
      if (result.played === null) continue;
      endings += 1;
      const found = [...violationsOf(result.played), ...lostRaces(result.played)];
      if (found.length > 0 && violations.length === 0) order = result.order;
      violations.push(...found);
    } finally {
      await cloud.close();
    }
  }
  return { name: overlap.name, states: known.size, runs, endings, complete: open.length === 0, violations, order };
}

/** Having lost a race that another execution won is no failure, but for a person whose request was not carried out. */
function lostRaces(played: Played): Violation[] {
  return runsOf(played)
    .filter((run) => run.failedWith !== null && run.failedWith !== 'Aborted' && wantedTarget(run) === null)
    .map(({ failedWith }) => ({ invariant: 'notices', says: `An execution failed with ${failedWith}` }));
}

function hasEnded(event: TimelineEvent, arn: string | undefined): boolean {
  return (event.type === 'execution-succeeded' || event.type === 'execution-failed') && event.execution === arn;
}

const THE_WORLD = { execution: null, changes: true };
/** What happens to the first execution alone. */
const THE_FIRST = { execution: 1, changes: false };

interface Followed {
  readonly order: readonly string[];
  /** Orders that branch off this one. */
  readonly alternatives: readonly Order[];
  /** Null: it met a known situation. */
  readonly played: Played | null;
}

class Run {
  private readonly driver: ClusterDriver;
  private readonly recorder: Recorder;
  private readonly gate: Gate;
  private readonly began: number;
  private readonly byHand: [number, number][] = [];
  private readonly order: string[] = [];
  private events = 0;
  private waits = 0;
  private burst: { readonly from: number; readonly until: number } | null = null;
  private dead: Execution | null = null;

  constructor(
    private readonly overlap: Overlap,
    private readonly cloud: Cloud,
    private readonly known: Situations,
  ) {
    this.began = cloud.now();
    this.driver = new ClusterDriver(cloud);
    this.recorder = new Recorder(cloud);
    this.gate = new Gate(cloud, this.began);
    this.gate.open = (action) =>
      ALWAYS_OPEN.has(action) || (WORLD_READS.has(action) && this.events >= (overlap.events?.length ?? 0));
  }

  async follow(given: Order): Promise<Followed> {
    const { cloud, overlap, recorder } = this;
    const alternatives: Order[] = [];
    let now = given;
    const before = recorder.untouchable();
    const from = cloud.timeline.events.length;
    overlap.begin(this.driver);
    this.byHand.push([from, cloud.timeline.events.length]);
    await this.settle();
    for (;;) {
      const options = this.options();
      if (options.length === 0) break;
      if (this.order.length === now.labels.length) {
        const [first, ...others] = this.known.enter(this.state(), now, options);
        if (first === undefined) return { order: this.order, alternatives, played: null };
        alternatives.push(...others);
        now = first;
      }
      await this.choose(now.labels[this.order.length] ?? '');
    }
    return { order: this.order, alternatives, played: await this.end(before) };
  }

  /** All that can come next; empty: everything has come to its end. */
  private options(): Option[] {
    const { pending } = this.gate;
    const { events = [], throttlesAssign = false, dies = false, waits = 2 } = this.overlap;
    const options: Option[] = pending.map(({ label, execution, changes }) => ({ label, execution, changes }));
    const next = events[this.events];
    if (next !== undefined) options.push({ label: next.says, ...THE_WORLD });
    const assigning = pending.some((call) => call.execution === 1 && call.action === 'AssignPrivateIpAddresses');
    if (throttlesAssign && this.burst === null && assigning) options.push({ label: 'throttle', ...THE_FIRST });
    if (dies && this.dead === null && this.first() !== undefined) options.push({ label: 'die', ...THE_FIRST });
    const waiting = this.cloud.stateMachine.busy > new Set(pending.map(({ execution }) => execution)).size;
    if (waiting && (pending.length === 0 || this.waits < waits)) options.push({ label: 'wait', ...THE_WORLD });
    return options;
  }

  private async choose(option: string): Promise<void> {
    const { cloud, gate, overlap } = this;
    this.order.push(option);
    const from = cloud.timeline.events.length;
    if (option === 'wait') {
      if (gate.pending.length === 0) await this.untilSomethingWaits();
      else {
        this.waits += 1;
        await cloud.advance(WAIT);
      }
    } else if (option === 'throttle') {
      this.burst = { from: cloud.now(), until: cloud.now() + BURST };
      cloud.timeline.add({ type: 'fault', what: `history: assign is throttled for ${BURST} ms` });
    } else if (option === 'die') {
      this.dead = this.first() ?? null;
      this.dead?.kill();
      for (const call of [...gate.pending]) if (call.execution === 1 && !call.changes) call.drop();
    } else if (option === overlap.events?.[this.events]?.says) {
      overlap.events[this.events]?.happen(this.driver);
      this.events += 1;
      await cloud.advance(NEWS);
      this.byHand.push([from, cloud.timeline.events.length]);
      // From the last event on, reads of instances need not be held.
      for (const call of [...gate.pending]) if (gate.open(call.action, call.execution)) call.pass();
    } else {
      const call = gate.pending.find(({ label }) => label === option);
      if (call === undefined) throw new Error(`${option} does not wait. The run is not repeatable.`);
      call.pass();
    }
    await this.settle();
  }

  /** Until a call waits. Between the tries of one invocation that a burst throttles, which differ in their time alone, nothing else happens. */
  private async untilSomethingWaits(): Promise<void> {
    const { cloud, gate } = this;
    let invokedAgain = false;
    const stop = cloud.timeline.listen(({ type }) => {
      if (type === 'state-retried' || type === 'state-entered') invokedAgain = true;
    });
    do {
      await cloud.until(() => gate.pending.length > 0 || this.idle());
      await this.settle();
    } while (gate.pending.length === 0 && !this.idle() && !invokedAgain);
    stop();
  }

  /** Until every execution waits for an answer or for time to pass. Meanwhile a burst throttles what it meets. */
  private async settle(): Promise<void> {
    const { cloud, gate } = this;
    let seen = '';
    for (let same = 0; same < 3; same += 1) {
      await cloud.until(() => true);
      for (const call of [...gate.pending]) {
        const struck = call.execution === 1 && call.action === 'AssignPrivateIpAddresses';
        if (struck && this.burst !== null && cloud.now() < this.burst.until) call.throttle();
      }
      const now = JSON.stringify([gate.pending.map(({ label }) => label), gate.answers.map((each) => each.length)]);
      if (now !== seen) same = -1;
      seen = now;
    }
  }

  private idle(): boolean {
    const { stateMachine, lambda, events } = this.cloud;
    return stateMachine.busy === 0 && lambda.busy === 0 && events.busy === 0;
  }

  /** The first execution, while it runs. */
  private first(): Execution | undefined {
    const [execution] = this.cloud.stateMachine.executions;
    const isOver = this.cloud.timeline.events.some((event) => hasEnded(event, execution?.arn));
    return isOver ? undefined : execution;
  }

  /** Everything that the rest of the run can depend on. */
  private state(): string {
    const { world, stateMachine } = this.cloud;
    const view = world.view();
    return JSON.stringify([
      view
        .networkInterfaces()
        .map(({ id, secondaryAddresses, attachment }) => [id, secondaryAddresses, attachment?.id]),
      view.instances().map(({ id, state, checks }) => [id, state, checks]),
      view
        .elasticIps()
        .map(({ allocationId, association }) => [
          allocationId,
          association?.networkInterfaceId,
          association?.privateAddress,
        ]),
      stateMachine.executions.map(({ arn }, index) => this.knowledge(arn, this.gate.answers[index] ?? [])),
      this.changes(),
      this.gate.pending.map(({ label }) => label),
      [this.events, this.waits, this.burst, this.dead === null, stateMachine.busy, this.cloud.now() - this.began],
    ]);
  }

  /**
   * An execution's code is deterministic: it goes on from the variables of the state that it is in, and from what it was
   * answered there.
   */
  private knowledge(arn: string, answers: Gate['answers'][number]): unknown {
    const { events } = this.cloud.timeline;
    const entered = events.findLastIndex((event) => event.type === 'state-entered' && event.execution === arn);
    const here = events[entered];
    const isOver = events.some((event) => hasEnded(event, arn));
    const since = answers.filter(({ index }) => index >= entered).map(({ text }) => text);
    return [here?.type === 'state-entered' && [here.state, here.variables], since, isOver];
  }

  /** What has become of the addresses, and what people were told: the invariants judge it at the end. */
  private changes(): unknown {
    const { events } = this.cloud.timeline;
    const moves = events.filter(({ type }) => type === 'holder-changed' || type === 'elastic-ip-changed');
    const told = events.flatMap((event) => (event.type === 'notice' ? [event.subject] : []));
    return [moves, told.sort()];
  }

  private async end(before: string): Promise<Played> {
    const { cloud, gate, recorder, byHand, burst } = this;
    for (const call of [...gate.pending]) call.drop();
    gate.open = () => true;
    await cloud.until(() => this.idle() || this.dead !== null);
    const rest = recorder.here();
    this.driver.check();
    await cloud.until(() => cloud.stateMachine.busy === 0);
    const checked = recorder.here();
    cloud.alarms.evaluate();
    await cloud.advance(NEWS);
    const untouchable = { before, after: recorder.untouchable() };
    return {
      cloud,
      recorder,
      byHand,
      lag: 0,
      skewed: false,
      couldAssign: (_, from, to) => burst === null || burst.from > to || burst.until < from,
      untouchable,
      rest,
      checked,
      end: recorder.here(),
      stuck: null,
    };
  }
}
