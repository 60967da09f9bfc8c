import type { ApiRequest, Dispatch } from '../kernel/api';
import type { Clock } from '../kernel/clock';
import type { Timeline } from '../kernel/timeline';
import { isObject } from '../template/json';
import { metricsOf } from './embedded-metrics';
import { LambdaFaults, type Refusal } from './faults';
import { type Credentials, environmentOf, type LambdaFunction } from './function';
import type { FunctionError, Instance, InstanceSettings, Outcome } from './instance';

/** Request and response of a synchronous invocation. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;

export type InvocationResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: FunctionError };

export interface LambdaOptions {
  readonly functions: readonly LambdaFunction[];
  readonly region: string;
  readonly endpoint: () => string;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly uuid: () => string;
  readonly start: (settings: InstanceSettings) => Instance;
  /** The access key of the role that the function acts in. */
  readonly accessKeyOf: (roleLogicalId: string) => string;
  /** Whether the function's role lets Lambda act in it: its trust policy. */
  readonly mayAssume: (fn: LambdaFunction) => boolean;
  /** Whether the function's role lets it write to its log group; asked once for each function. */
  readonly mayLog: (fn: LambdaFunction) => boolean;
  /** For runs in which nothing takes time by itself. */
  readonly overhead?: Overhead | undefined;
}

/**
 * Milliseconds that a fresh and a warm instance take before the handler runs: Lambda's own way, and initialisation, which
 * may take up to ten seconds and is no part of the function's timeout. A function draws it anew for each invocation.
 * @see Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle"
 */
export type Overhead =
  | { readonly cold: number; readonly warm: number }
  | ((invocation: { readonly function: string; readonly cold: boolean }) => number);

interface Environment {
  readonly function: LambdaFunction;
  readonly instance: Instance;
  warm: boolean;
  dead: boolean;
  execution: string | null;
  /** Ends the invocation under way. */
  end: (outcome: Outcome) => void;
}

/**
 * AWS Lambda: one instance per concurrent invocation, initialised once and used again; time-outs kill; what a handler
 * throws comes back as Lambda reports it.
 */
export class Lambda {
  readonly faults: LambdaFaults;
  private readonly idle = new Map<string, Environment[]>();
  private readonly logging = new Map<string, boolean>();
  private readonly byToken = new Map<string, Environment>();
  private running = 0;

  constructor(private readonly options: LambdaOptions) {
    this.faults = new LambdaFaults(() => options.clock.now());
  }

  get functions(): readonly LambdaFunction[] {
    return this.options.functions;
  }

  /** Invocations that have not returned; a forgotten one (its task timed out) counts until it ends. */
  get busy(): number {
    return this.running;
  }

  find(nameOrArn: string): LambdaFunction | undefined {
    return this.options.functions.find(({ name, arn }) => nameOrArn === arn || nameOrArn === name);
  }

  /** Which function sent this request, and the execution that it works for; undefined for anyone else. */
  identify(request: ApiRequest): { readonly function: LambdaFunction; readonly execution: string | null } | undefined {
    return this.environmentOf(request);
  }

  async invoke(fn: LambdaFunction, event: unknown, execution: string | null): Promise<InvocationResult> {
    const payload = JSON.stringify(event) ?? 'null';
    const size = Buffer.byteLength(payload);
    if (size > PAYLOAD_LIMIT_BYTES) {
      const errorMessage = `Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`;
      return { ok: false, error: { errorType: 'Lambda.RequestTooLargeException', errorMessage } };
    }
    const refusal = this.faults.refusal([fn.label, fn.name, fn.logicalId]);
    if (refusal !== undefined) return this.refuse(fn, refusal);
    if (!this.options.mayAssume(fn))
      return failure('Lambda.AWSLambdaException', `${NOT_ASSUMED} (Service: Lambda, Status Code: 403)`);
    this.running += 1;
    try {
      const result = await this.run(fn, payload, execution);
      if (!result.ok) this.count(fn, 'Errors');
      return result;
    } finally {
      this.running -= 1;
    }
  }

  private async run(fn: LambdaFunction, payload: string, execution: string | null): Promise<InvocationResult> {
    const { clock, timeline, uuid, overhead } = this.options;
    const environment = this.idle.get(fn.logicalId)?.pop() ?? this.start(fn);
    const cold = !environment.warm;
    if (overhead) await clock.sleep(millisecondsOf(overhead, fn.label, cold));
    environment.execution = execution;
    const requestId = uuid();
    const began = clock.now();
    let timer: unknown;
    const outcome = await new Promise<Outcome | 'timeout'>((resolve) => {
      environment.end = resolve;
      timer = clock.setTimeout(() => resolve('timeout'), fn.timeoutMilliseconds);
      const fault = this.faults.atStart([fn.label, fn.name, fn.logicalId]);
      if (fault !== undefined) {
        void this.strike(environment, fault.kind);
        return;
      }
      environment.instance
        .invoke(payload, {
          requestId,
          functionName: fn.name,
          invokedFunctionArn: fn.arn,
          memoryLimitInMegabytes: String(fn.memoryMegabytes),
          logGroupName: fn.logGroup,
          deadline: began + fn.timeoutMilliseconds,
        })
        .then(resolve);
    });
    clock.clearTimeout(timer);
    const milliseconds = clock.now() - began;
    if (cold) timeline.add({ type: 'lambda', function: fn.label, what: 'cold-start', milliseconds });
    environment.warm = true;
    if (outcome === 'timeout') {
      this.discard(environment);
      timeline.add({ type: 'lambda', function: fn.label, what: 'timeout', milliseconds });
      const seconds = (fn.timeoutMilliseconds / 1000).toFixed(2);
      return failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`);
    }
    if (outcome.kind === 'exit') {
      this.discard(environment);
      timeline.add({ type: 'lambda', function: fn.label, what: 'crash', milliseconds });
      return failure(
        'Runtime.ExitError',
        `RequestId: ${requestId} Error: Runtime exited with error: ${outcome.reason}`,
      );
    }
    this.keep(environment);
    if (outcome.kind === 'error') return { ok: false, error: outcome.error };
    const size = Buffer.byteLength(outcome.payload);
    if (size > PAYLOAD_LIMIT_BYTES) {
      return failure(
        'Function.ResponseSizeTooLarge',
        `Response payload size (${size} bytes) exceeded maximum allowed payload size (${PAYLOAD_LIMIT_BYTES} bytes).`,
      );
    }
    return { ok: true, payload: JSON.parse(outcome.payload) };
  }

  /** The function does not run, so this is none of its errors. @see Lambda API Reference, Invoke, "Errors" */
  private refuse(fn: LambdaFunction, refusal: Refusal): InvocationResult {
    const error = refusal.kind === 'throttle' ? 'Lambda.TooManyRequestsException' : refusal.error;
    this.options.timeline.add({ type: 'fault', what: `${fn.label} is not run: ${error}` });
    if (refusal.kind === 'refuse') return failure(error, refusal.message ?? `Put in on purpose: ${error}`);
    this.count(fn, 'Throttles');
    return failure(error, 'Rate Exceeded. (Service: Lambda, Status Code: 429)');
  }

  /** What a handler throws counts as well as a crash. @see Lambda Developer Guide, "Types of metrics for Lambda functions" */
  private count({ name: FunctionName }: LambdaFunction, name: 'Errors' | 'Throttles'): void {
    this.options.timeline.add({
      type: 'metric',
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName },
      value: 1,
    });
  }

  private start(fn: LambdaFunction): Environment {
    const { region, endpoint, accessKeyOf, uuid } = this.options;
    const credentials: Credentials = {
      accessKeyId: accessKeyOf(fn.roleLogicalId),
      secretAccessKey: 'local-secret-access-key',
      sessionToken: uuid(),
    };
    const environment: Environment = {
      function: fn,
      instance: this.options.start({
        function: fn,
        environment: environmentOf(fn, { region, endpoint: endpoint(), credentials }),
        log: (line) => this.log(fn, line),
      }),
      warm: false,
      dead: false,
      execution: null,
      end: () => undefined,
    };
    this.byToken.set(environment.instance.sessionToken, environment);
    return environment;
  }

  private keep(environment: Environment): void {
    environment.execution = null;
    const { logicalId } = environment.function;
    const idle = this.idle.get(logicalId);
    if (idle) idle.push(environment);
    else this.idle.set(logicalId, [environment]);
  }

  private discard(environment: Environment): void {
    environment.dead = true;
    environment.instance.discard();
  }

  private log(fn: LambdaFunction, line: string): void {
    const { timeline, mayLog } = this.options;
    const allowed = this.logging.get(fn.logicalId) ?? mayLog(fn);
    this.logging.set(fn.logicalId, allowed);
    if (!allowed) return;
    timeline.add({ type: 'log', group: fn.logGroup, line });
    for (const metric of metricsOf(line)) timeline.add({ type: 'metric', ...metric });
  }

  /**
   * The way of every request from a function to its service: the calls of an instance that is gone go nowhere, and
   * faults strike here.
   */
  guard(next: Dispatch): Dispatch {
    return async (request) => {
      const environment = this.environmentOf(request);
      if (environment === undefined) return next(request);
      if (environment.dead) return never();
      const { label, name, logicalId } = environment.function;
      const fault = this.faults.next([label, name, logicalId]);
      if (fault?.when === 'before') return this.strike(environment, fault.kind);
      const answer = await next(request);
      if (environment.dead) return never();
      return fault === undefined ? answer : this.strike(environment, fault.kind);
    };
  }

  private strike(environment: Environment, kind: 'crash' | 'timeout'): Promise<never> {
    const { timeline } = this.options;
    timeline.add({ type: 'fault', what: `${environment.function.label} ${kind === 'crash' ? 'crashes' : 'hangs'}` });
    if (kind === 'crash') {
      this.discard(environment);
      environment.end({ kind: 'exit', reason: 'signal: killed' });
    }
    return never();
  }

  private environmentOf(request: ApiRequest): Environment | undefined {
    const token = request.headers['x-amz-security-token'];
    return token === undefined ? undefined : this.byToken.get(token);
  }

  /** Ends all instances. */
  close(): void {
    const idle = new Set([...this.idle.values()].flat());
    for (const environment of this.byToken.values()) {
      if (environment.dead) continue;
      environment.dead = true;
      if (idle.has(environment)) environment.instance.release();
      else environment.instance.discard();
    }
    // A released instance holds on to this cloud until another one takes it.
    this.byToken.clear();
    this.idle.clear();
  }
}

function millisecondsOf(overhead: Overhead, label: string, cold: boolean): number {
  if (typeof overhead === 'function') return overhead({ function: label, cold });
  return cold ? overhead.cold : overhead.warm;
}

const NOT_ASSUMED = 'The role defined for the function cannot be assumed by Lambda.';

/** A promise each time: a shared one would hold on to everything that ever waited for it. */
const never = () => new Promise<never>(() => undefined);

const failure = (errorType: string, errorMessage: string): InvocationResult => ({
  ok: false,
  error: { errorType, errorMessage },
});

/** True for a value that `Parameters` may hand to `lambda:invoke`. */
export const isInvokeParameters = (value: unknown): value is { FunctionName: string; Payload?: unknown } =>
  isObject(value) && typeof value.FunctionName === 'string';
