import { cloudFormation } from './cloudformation/service';
import { Alarms, alarmNamesIn } from './cloudwatch/alarms';
import { countServices, Metrics, reportQueues, reportStatusChecks, THROTTLED_STARTS } from './cloudwatch/metrics';
import { drawn, type Lag } from './ec2/consistency';
import { type BuildOptions, buildWorld } from './ec2/model/build';
import type { World } from './ec2/model/world';
import type { BusEvent, NewBusEvent } from './event-bridge/event';
import { EventBridge } from './event-bridge/event-bridge';
import { eventBridgeService } from './event-bridge/put-events';
import { ApiError, type ApiRequest, type Dispatch } from './kernel/api';
import { accessKeyOfRole } from './kernel/caller';
import { RealClock, VirtualClock } from './kernel/clock';
import { describeFault, type FaultSubject, type Strike } from './kernel/faults';
import type { Latency } from './kernel/latency';
import { seeded, uuids } from './kernel/random';
import { type RunningServer, type Site, startServer } from './kernel/server';
import { Timeline } from './kernel/timeline';
import { functionsOf } from './lambda/function';
import { startInProcess } from './lambda/in-process';
import { Lambda, type Overhead } from './lambda/lambda';
import { startWorker } from './lambda/worker';
import { STREAM } from './logs/groups';
import { sessionOf } from './metadata/instance-role';
import { InstanceMetadata } from './metadata/service';
import { createServices, type Services } from './services';
import type { PublishRequest } from './sns/service';
import { stepFunctions } from './step-functions/service';
import { type Execution, StateMachine } from './step-functions/state-machine';
import { type JsonObject, TemplateError } from './template/json';
import { checkKnown } from './template/known-template';
import type { ParameterValues } from './template/parameters';
import type { RegistryCluster } from './template/registry';
import { checkedInstances, clustersIn } from './template/registry';
import { loadTemplate, type Template } from './template/template';

export interface CloudOptions {
  readonly templateFile: string;
  /** Values of the template's parameters; those with a default need none. */
  readonly parameters?: ParameterValues;
  /** Resources that somebody made beside the stack, as a template would have them. */
  readonly beside?: JsonObject;
  /** `virtual`: minutes pass in milliseconds, in a fixed order, and functions run in this process. */
  readonly clock: 'real' | 'virtual';
  /** Where functions run; in a worker each by default, which needs the real clock. */
  readonly lambda?: 'worker' | 'in-process';
  /** Of the HTTP endpoint. With workers any free one by default; in one process none. */
  readonly port?: number;
  readonly latency?: Latency;
  /** EC2's token buckets. */
  readonly throttle?: boolean;
  /** How far describe calls lag behind changes, in milliseconds at most. */
  readonly lag?: Lag;
  /** The most that `lag` and `metadataLag` may give where they are functions, milliseconds. */
  readonly history?: number;
  /** How far what CloudWatch says of alarms lags behind their events, in milliseconds. */
  readonly alarmLag?: Lag;
  /** How long CloudWatch takes until it shows a metric's point, in milliseconds. */
  readonly metricLag?: Lag;
  /** How far instance metadata lags behind EC2, in milliseconds. */
  readonly metadataLag?: Lag;
  /** Roles of instances that the template does not have: by instance ID, the role's logical ID. */
  readonly instanceRoles?: Readonly<Record<string, string>>;
  /** The most rows of one answer of EC2 and CloudWatch; the caller must ask for the next page. By default no limit. */
  readonly pageSize?: number;
  readonly skew?: Skew;
  /** The template's schedules run and its alarms are evaluated, once a minute. */
  readonly schedules?: boolean;
  /** For whatever is left to chance; the same seed, the same run. */
  readonly seed?: number;
  /** In [0, 1): latencies, jitter and `Math.random` by these numbers, not by the seed's. */
  readonly random?: () => number;
  /** How the world is to be at first; may depend on the clusters that the template has. */
  readonly world?: BuildOptions | ((clusters: readonly RegistryCluster[]) => BuildOptions);
  /** What Lambda takes before a handler runs. */
  readonly overhead?: Overhead;
  /** In one process: goes on with the warm instances of clouds that were closed. For thousands of runs. */
  readonly reuseInstances?: boolean;
  /** Virtual time begins here, milliseconds since the epoch. */
  readonly startTime?: number;
}

/** How far clocks are ahead of the cloud's, in milliseconds; behind where it is negative. */
export interface Skew {
  /** A function's, by its label; asked once for each instance. With functions in this process only. */
  readonly lambda?: (label: string) => number;
  /** Of whoever puts events on the bus: their `time`. */
  readonly events?: Lag;
}

const MINUTE = 60_000;
/** A wait on the real clock looks this often. */
const LOOK_EVERY_MILLISECONDS = 20;

/** Starts the cloud that the template describes, with all well. @throws TemplateError, PortError */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  if (options.clock === 'virtual' && options.lambda === 'worker')
    throw new Error('Workers have a clock of their own: a virtual clock needs functions in this process.');
  const { parameters, beside } = options;
  const template = loadTemplate(options.templateFile, { ...(parameters && { parameters }), ...(beside && { beside }) });
  checkKnown(template);
  const cloud = new Cloud(template, options);
  const inProcess = (options.lambda ?? (options.clock === 'virtual' ? 'in-process' : 'worker')) === 'in-process';
  if (!inProcess && options.skew?.lambda !== undefined)
    throw new Error("Workers have the machine's clock: skew.lambda needs functions in this process.");
  if (!inProcess || options.port !== undefined) await cloud.listen(options.port ?? 0);
  return cloud;
}

/** A whole AWS account in small. Everything visible is on its `timeline`. */
export class Cloud {
  readonly timeline: Timeline;
  readonly world: World;
  readonly clusters: readonly RegistryCluster[];
  readonly stateMachine: StateMachine;
  readonly lambda: Lambda;
  readonly events: EventBridge;
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  readonly metadata: InstanceMetadata;
  /** Every API call comes through here, over HTTP or from a function in this process. */
  readonly dispatch: Dispatch;
  private readonly clock: RealClock | VirtualClock;
  private readonly services: Services;
  /** What is to be seen at the endpoint beside the services, for people. */
  site: Site | undefined;
  private server: RunningServer | undefined;
  private closed = false;

  constructor(
    readonly template: Template,
    options: CloudOptions,
  ) {
    const clock = options.clock === 'virtual' ? new VirtualClock(options.startTime) : new RealClock();
    const seed = options.seed ?? 1;
    const uuid = uuids(seeded(seed));
    const random = options.random ?? seeded(seed + 1);
    const timeline = new Timeline(() => clock.now());
    const { accountId, region } = template;
    this.clock = clock;
    this.timeline = timeline;
    this.clusters = clustersIn(template);
    this.metrics = new Metrics(clock, options.metricLag);
    const lag = options.lag ?? 0;
    const metadataLag = options.metadataLag ?? 0;
    const fixed = [lag, metadataLag].map((each) => (typeof each === 'number' ? each : 0));
    const history = options.history ?? Math.max(...fixed);
    const world = typeof options.world === 'function' ? options.world(this.clusters) : options.world;
    const build = { history, ...world };
    const checked = checkedInstances(template);
    this.world = buildWorld({ clusters: this.clusters, checked, clock, timeline, accountId, region, options: build });
    const roles = options.instanceRoles ?? {};
    this.metadata = new InstanceMetadata({ world: this.world, template, uuid, lag: metadataLag, roles });
    this.alarms = new Alarms({
      template,
      foreignNames: alarmNamesIn(this.clusters),
      clock,
      timeline,
      metrics: this.metrics,
      put: (event) => this.events.put(event),
      publish: (alarmArn, message) => this.publishForAlarm(alarmArn, message),
    });
    const stateMachines: StateMachine[] = [];
    this.services = createServices({
      world: this.world,
      clock,
      timeline,
      template,
      alarms: this.alarms,
      metrics: this.metrics,
      more: [
        stepFunctions(stateMachines, clock),
        cloudFormation(template, clock.now()),
        eventBridgeService({ accountId, region, put: (event) => this.events.put(event) }),
      ],
      options: {
        random,
        lag,
        alarmLag: options.alarmLag ?? 0,
        throttle: options.throttle ?? false,
        ...(options.pageSize !== undefined && { pageSize: options.pageSize }),
        ...(options.latency && { latency: options.latency }),
        identify: (request: ApiRequest) => {
          const sender = this.lambda.identify(request);
          if (sender === undefined) return { execution: null, ...sessionOf(request) };
          return { execution: sender.execution, functionName: sender.function.label };
        },
      },
    });
    const { access } = this.services;
    const skew = options.skew?.lambda ?? (() => 0);
    const host = { clock, random, skew, dispatch: (request: ApiRequest) => this.dispatch(request) };
    const inProcess = (options.lambda ?? (options.clock === 'virtual' ? 'in-process' : 'worker')) === 'in-process';
    this.lambda = new Lambda({
      functions: functionsOf(template),
      region,
      endpoint: () => this.endpoint,
      clock,
      timeline,
      uuid,
      start: (settings) =>
        inProcess ? startInProcess(settings, host, options.reuseInstances ?? false) : startWorker(settings),
      accessKeyOf: accessKeyOfRole,
      mayAssume: ({ roleLogicalId }) => access.assume(roleLogicalId, 'lambda.amazonaws.com').allowed,
      mayLog: ({ roleLogicalId, label, logGroup }) =>
        access.authorize({
          caller: { kind: 'role', roleLogicalId, functionName: label },
          action: 'logs:PutLogEvents',
          resource: `arn:aws:logs:${region}:${accountId}:log-group:${logGroup}:log-stream:${STREAM}`,
        }).allowed,
      overhead: options.overhead,
    });
    this.dispatch = this.lambda.guard(this.services.dispatch);
    /** What a service may do in a role that it takes on behalf of one of its resources; else AWS's words why not. */
    const asService = (call: {
      readonly roleLogicalId: string;
      readonly principal: string;
      readonly sourceArn: string;
      readonly action: string;
      readonly resource: string;
    }) => {
      const { roleLogicalId, principal, action, resource } = call;
      const source = { 'aws:SourceArn': call.sourceArn, 'aws:SourceAccount': accountId };
      const trusted = access.assume(roleLogicalId, principal, source);
      if (!trusted.allowed) return `${principal} may not assume the role ${roleLogicalId} ${trusted.why}`;
      const caller = { kind: 'role', roleLogicalId, functionName: principal.split('.')[0] ?? principal } as const;
      const decision = access.authorize({ caller, action, resource });
      if (decision.allowed) return null;
      return `User: ${access.arnOf(caller)} is not authorized to perform: ${action} on resource: ${resource} ${decision.why}`;
    };
    for (const { logicalId } of template.ofType('AWS::StepFunctions::StateMachine')) {
      const sourceArn = template.arn(logicalId);
      const refusal = (roleLogicalId: string, action: string, resource: string) =>
        asService({ roleLogicalId, principal: 'states.amazonaws.com', sourceArn, action, resource });
      stateMachines.push(
        new StateMachine({ template, logicalId, lambda: this.lambda, clock, timeline, random, uuid, refusal }),
      );
    }
    const [stateMachine] = stateMachines;
    if (stateMachine === undefined) throw new TemplateError(`${template.file}: there is no state machine`);
    this.stateMachine = stateMachine;
    this.events = new EventBridge({
      template,
      clock,
      timeline,
      uuid,
      delay: () => options.latency?.('events', 'Deliver', random) ?? 1,
      skew: () => drawn(options.skew?.events ?? 0),
      startThrottled: (principal) => this.startThrottled(principal),
      startExecution: (arn, input) => stateMachines.find((each) => each.arn === arn)?.start(input),
      refusal: ({ roleArn, ...call }) => {
        const roleLogicalId = access.roleByArn(roleArn);
        return roleLogicalId === undefined ? `There is no role ${roleArn}` : asService({ roleLogicalId, ...call });
      },
      queueRefusal: (resource, sourceArn) => {
        const context = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId };
        const caller = { kind: 'service', principal: 'events.amazonaws.com' } as const;
        const decision = access.authorize({ caller, action: 'sqs:SendMessage', resource, context });
        return decision.allowed ? null : decision.why;
      },
    });
    const stateMachineArn = (execution: string) =>
      stateMachines.find(({ name }) => execution.split(':')[6] === name)?.arn ?? '';
    countServices(this.metrics, timeline, stateMachineArn);
    this.world.onStateChange(({ instanceId, to }) => this.events.put(this.stateChangeEvent(instanceId, to)));
    if (options.schedules) this.startSchedules();
  }

  /** Faults of API calls; those of events, functions and executions are at `events`, `lambda` and `stateMachine`. */
  get faults(): Services['faults'] {
    return this.services.faults;
  }

  /** Where clients find it. Functions in this process need no server, and reach it all the same. */
  get endpoint(): string {
    return this.server?.endpoint ?? 'http://127.0.0.1:4566';
  }

  now(): number {
    return this.clock.now();
  }

  async listen(port: number): Promise<void> {
    this.server = await startServer(
      (request) => this.dispatch(request),
      port,
      (request, response) => this.site?.(request, response) ?? false,
    );
  }

  /** Starts the state machine as an operator would. */
  startExecution(input: unknown, name?: string): Execution {
    return this.stateMachine.start(input, name);
  }

  putEvent(event: NewBusEvent): BusEvent {
    return this.events.put(event);
  }

  /** From now on the template's schedules run, and its alarms are evaluated every minute. */
  startSchedules(): void {
    this.events.startSchedules();
    this.everyMinute();
  }

  /** True when no execution, invocation, event or state transition is under way. */
  get quiet(): boolean {
    const moving = ['pending', 'stopping', 'shutting-down'];
    return (
      this.stateMachine.busy === 0 &&
      this.lambda.busy === 0 &&
      this.events.busy === 0 &&
      !this.world
        .view()
        .instances()
        .some(({ state }) => moving.includes(state))
    );
  }

  /** Waits until nothing is under way any more. */
  async idle(): Promise<void> {
    await this.until(() => this.quiet);
  }

  /** Waits until it is so. @throws Error when it cannot become so any more, or has not after so many milliseconds. */
  async until(condition: () => boolean, atMost = 15 * MINUTE): Promise<void> {
    const deadline = this.clock.now() + atMost;
    if (this.clock instanceof VirtualClock) {
      await this.clock.run(condition, deadline);
    } else {
      while (!condition() && this.clock.now() < deadline) await this.clock.sleep(LOOK_EVERY_MILLISECONDS);
    }
    if (!condition()) throw new Error(`Timed out after ${atMost} ms of this cloud's clock`);
  }

  /** Lets so much time pass. */
  async advance(milliseconds: number): Promise<void> {
    let over = false;
    this.clock.setTimeout(() => {
      over = true;
    }, milliseconds);
    await this.until(() => over, milliseconds + 1);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.clock.stop();
    this.lambda.close();
    await this.metadata.close();
    await this.server?.close();
  }

  private everyMinute(): void {
    this.clock.setTimeout(() => {
      reportStatusChecks(this.metrics, this.world);
      reportQueues(this.metrics, this.events.deadLetters);
      this.alarms.evaluate();
      this.everyMinute();
    }, MINUTE);
  }

  /** @see EC2 User Guide, "State change events for your instances" */
  private stateChangeEvent(instanceId: string, state: string): NewBusEvent {
    const { region, accountId } = this.template;
    return {
      source: 'aws.ec2',
      'detail-type': 'EC2 Instance State-change Notification',
      resources: [`arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`],
      detail: { 'instance-id': instanceId, state },
    };
  }

  private startThrottled(principal: string): boolean {
    const subject = { service: 'states', action: 'StartExecution', caller: `service:${principal}`, parameters: {} };
    const fault = this.strikeService(subject);
    if (fault?.kind === 'throttle') this.metrics.add(THROTTLED_STARTS, 1);
    return fault !== null;
  }

  /** The fault that keeps a service from calling another one, if any. */
  private strikeService(subject: FaultSubject): Strike | null {
    const fault = this.services.faults.take(subject);
    if (fault === null) return null;
    this.timeline.add({ type: 'fault', what: describeFault(fault, subject) });
    return fault;
  }

  private publishForAlarm(alarmArn: string, message: PublishRequest): void {
    const principal = 'cloudwatch.amazonaws.com';
    const { topicArn: TopicArn, subject: Subject } = message;
    const caller = `service:${principal}`;
    const parameters = { TopicArn, Subject, Message: message.message };
    if (this.strikeService({ service: 'sns', action: 'Publish', caller, parameters }) !== null) return;
    try {
      this.services.publishAsService(principal, alarmArn, message);
    } catch (error) {
      // A refusal is on the timeline already, and CloudWatch tells nobody else either.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
