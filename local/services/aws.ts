import { ApiError, type ApiRequest, type ApiResponse, type Caller, type Dispatch } from '../api';
import type { Clock } from '../clock';
import { AccessControl } from '../iam/access';
import type { ResolvedTemplate } from '../iam/template';
import type { Metrics } from '../metrics';
import { seeded, uuids } from '../random';
import type { Timeline } from '../timeline';
import type { World } from '../world/world';
import type { AlarmStore } from './alarm-store';
import { callerName, callersByKey, credentialOf } from './caller';
import { cloudWatch } from './cloudwatch';
import type { Lag } from './consistency';
import { ec2 } from './ec2';
import { delaysOf, Faults, omissionOf, type Strike, wordsOf } from './faults';
import { type Latency, QUICK } from './latency';
import { Ec2Limits } from './limits';
import type { Answer, Service, ServiceCall } from './service';
import { type PublishRequest, Sns } from './sns';

export { accessKeyOfRole } from './caller';

export interface ServicesOptions {
  readonly latency?: Latency;
  /** EC2's token buckets; off by default. */
  readonly throttle?: boolean;
  /** How far describe calls lag behind changes, in milliseconds; the world must keep that much history. */
  readonly lag?: Lag;
  /** How far what CloudWatch says of alarms lags behind their changes, in milliseconds. */
  readonly alarmLag?: Lag;
  /** The most rows of one answer of EC2 and CloudWatch, however many the caller asks for; by default no limit. */
  readonly pageSize?: number;
  readonly faults?: Faults;
  /** Uniform in [0, 1), for latencies and request IDs; seed it for a run that can be repeated. */
  readonly random?: () => number;
  /** Which execution a Lambda's request belongs to, and the function where several share a role. */
  readonly identify?: (request: ApiRequest) => { readonly execution: string | null; readonly functionName?: string };
}

export interface Services {
  readonly dispatch: Dispatch;
  readonly access: AccessControl;
  readonly faults: Faults;
  /**
   * Publishes for an AWS service (an alarm's action, a rule's target), by the topic's and the key's policies.
   * @returns the message ID. @throws ApiError `AuthorizationError`, `KMSAccessDenied`, `NotFound`, …
   */
  publishAsService(principal: string, sourceArn: string, message: PublishRequest): string;
}

/** Beyond what any of the services takes. */
const MOST_BYTES = 2 * 1024 * 1024;

interface Outcome {
  readonly response: ApiResponse | 'reset';
  readonly result: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * All of the account's services behind one `Dispatch`. Each request is parsed, authenticated, throttled and authorized when
 * it arrives; then its latency passes (or its fault strikes), it is executed, and the timeline is told.
 */
export function createServices(parts: {
  readonly world: World;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly template: ResolvedTemplate;
  readonly alarms: AlarmStore;
  readonly metrics: Metrics;
  /** Services that live elsewhere: Step Functions. */
  readonly more?: readonly Service[];
  readonly options?: ServicesOptions;
}): Services {
  const { world, clock, timeline, template, alarms, metrics, more = [], options = {} } = parts;
  const random = options.random ?? seeded(1);
  const uuid = uuids(random);
  const access = new AccessControl(template, timeline);
  const faults = options.faults ?? new Faults();
  const limits = options.throttle ? new Ec2Limits(clock) : null;
  const sns = new Sns(template, timeline, uuid);
  const pageSize = options.pageSize ?? Number.POSITIVE_INFINITY;
  const monitoring = cloudWatch({ clock, alarms, metrics, alarmLag: options.alarmLag ?? 0, pageSize });
  const services: readonly Service[] = [ec2(world, options.lag ?? 0, pageSize), sns, monitoring, ...more];
  const callerOf = callersByKey(template);

  function authenticate(request: ApiRequest, accessKey: string): { caller: Caller; execution: string | null } {
    const caller = callerOf(accessKey);
    const identity = options.identify?.(request) ?? { execution: null };
    if (caller.kind !== 'role') return { caller, execution: null };
    const functionName = identity.functionName ?? caller.functionName;
    return { caller: { ...caller, functionName }, execution: identity.execution };
  }

  /** What the request is refused with on arrival, if anything. */
  function refusal(service: Service, call: ServiceCall): ApiError | null {
    if (service.name === 'ec2' && limits !== null && !limits.take(call.action, call.narrow ?? false))
      return new ApiError('RequestLimitExceeded', 'Request limit exceeded.', 503);
    for (const permission of service.permissions(call)) {
      const decision = access.authorize({ caller: call.caller, ...permission });
      if (!decision.allowed) return service.deny(permission, call.callerArn, decision, call.requestId);
    }
    return null;
  }

  async function perform(service: Service, call: ServiceCall): Promise<Outcome> {
    const subject = {
      service: service.name,
      action: call.action,
      caller: callerName(call.caller),
      parameters: Object.fromEntries(Object.entries(Object(call.parameters))),
    };
    const refused = refusal(service, call);
    const fault = refused === null ? faults.take(subject) : null;
    if (fault !== null)
      timeline.add({ type: 'fault', what: `${wordsOf(fault)} at ${service.name}:${call.action} by ${subject.caller}` });
    const latency = (options.latency ?? QUICK)(service.name, call.action, random);
    const { before, after } = delaysOf(fault);
    if (latency + before > 0) await clock.sleep(latency + before);
    if (refused !== null) throw refused;
    try {
      return await strike(fault, service, { ...call, omission: omissionOf(fault) });
    } finally {
      if (after > 0) await clock.sleep(after);
    }
  }

  async function strike(fault: Strike | null, service: Service, call: ServiceCall): Promise<Outcome> {
    switch (fault?.kind) {
      case 'error': {
        const refusal = new ApiError(fault.code, fault.message ?? `Put in on purpose: ${fault.code}.`, fault.status);
        if (fault.after !== true) throw refusal;
        const { code, message } = refusal;
        const result = await effectOf(service, call);
        return { response: service.fail(refusal, call.requestId, call.request), result, error: { code, message } };
      }
      case 'reset':
        return { response: 'reset', result: '', error: { code: 'ECONNRESET', message: 'connection reset' } };
      case 'throttle':
      case 'error500':
      case 'error503': {
        const [code, status] = service.faultCodes[fault.kind];
        throw new ApiError(code, `Put in on purpose: ${fault.kind}.`, status);
      }
      case 'lost-response': {
        const result = await effectOf(service, call);
        return { response: 'reset', result, error: { code: 'ECONNRESET', message: 'the answer was lost' } };
      }
      case 'cut-short': {
        const { response, result } = await service.execute(call);
        const body = response.body.slice(0, Math.floor(response.body.length / 2));
        return { response: { ...response, body }, result: `half of: ${result}`, error: null };
      }
      case 'not-xml':
        return { response: WEB_PAGE, result: 'a web page', error: null };
      default: {
        const answer: Answer = await service.execute(call);
        return { ...answer, error: null };
      }
    }
  }

  async function dispatch(request: ApiRequest): Promise<ApiResponse | 'reset'> {
    const requestId = uuid();
    const started = clock.now();
    const likely = services.find((each) => each.recognizes(request)) ?? services[0];
    if (likely === undefined) throw new Error('There are no services.');
    let service = likely;
    let call: ServiceCall | null = null;
    let execution: string | null = null;
    const outcome = await attempt();
    if (call !== null) record(call);
    return outcome.response;

    async function attempt(): Promise<Outcome> {
      try {
        if (request.body.length > MOST_BYTES)
          throw new ApiError('RequestEntityTooLarge', 'The request is larger than 2 MiB.', 413);
        checkTarget(request);
        const credential = credentialOf(request);
        service = services.find((each) => each.name === credential.service) ?? noService(credential.service);
        const parsed = service.parse(request);
        const identity = authenticate(request, credential.accessKey);
        execution = identity.execution;
        call = {
          ...parsed,
          request,
          requestId,
          omission: null,
          caller: identity.caller,
          callerArn: access.arnOf(identity.caller),
        };
        return await perform(service, call);
      } catch (error) {
        const failure = error instanceof ApiError ? error : internalError(error);
        const { code, message } = failure;
        return { response: service.fail(failure, requestId, request), result: '', error: { code, message } };
      }
    }

    function record(done: ServiceCall): void {
      timeline.add({
        type: 'api-call',
        caller: callerName(done.caller),
        execution,
        service: service.name,
        action: done.action,
        parameters: done.parameters,
        milliseconds: clock.now() - started,
        error: outcome.error,
        result: outcome.result,
      });
    }
  }

  return {
    dispatch,
    access,
    faults,
    publishAsService: (principal, sourceArn, message) => {
      const caller: Caller = { kind: 'service', principal };
      const context = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': template.accountId };
      for (const permission of sns.publishPermissions(message.topicArn)) {
        const decision = access.authorize({ ...permission, caller, context: { ...permission.context, ...context } });
        if (!decision.allowed) throw sns.deny(permission, principal, decision, uuid());
      }
      return sns.publish(message);
    },
  };
}

/** What a proxy in between answers. */
const WEB_PAGE: ApiResponse = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>Please sign in.<br></body></html>\n',
};

/** A refusal is lost as well as a success. */
async function effectOf(service: Service, call: ServiceCall): Promise<string> {
  try {
    return `took effect: ${(await service.execute(call)).result}`;
  } catch (error) {
    if (error instanceof ApiError) return `refused: ${error.code}`;
    throw error;
  }
}

/** All of these protocols post to `/`; Query also takes GET. Nothing is done for a request that was meant otherwise. */
function checkTarget({ method, path }: ApiRequest): void {
  if (method !== 'POST' && method !== 'GET')
    throw new ApiError('MethodNotAllowed', `The method ${method} is not allowed; POST and GET are.`, 405);
  if (path.split('?')[0] !== '/')
    throw new ApiError('NotFound', `The local cloud answers at the path / only, not at ${path.slice(0, 100)}`, 404);
}

function noService(name: string): never {
  throw new ApiError('InvalidAction', `The local cloud does not have the service ${name}.`);
}

/** A mistake of the local cloud's own must not pass for an answer of AWS: it says where it happened. */
function internalError(error: unknown): ApiError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ApiError('InternalError', `The local cloud failed: ${text.split('\n').slice(0, 3).join(' ')}`, 500);
}
