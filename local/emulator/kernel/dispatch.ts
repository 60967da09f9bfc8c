import type { AccessControl } from '../iam/access';
import type { ResolvedTemplate } from '../iam/template';
import { ApiError, type ApiRequest, type ApiResponse, type Caller, type Dispatch } from './api';
import { callerName, callersByKey, credentialOf } from './caller';
import type { Clock } from './clock';
import { delaysOf, describeFault, type Faults, omissionOf, type Strike } from './faults';
import type { Latency } from './latency';
import type { Ec2Limits } from './limits';
import type { Answer, AnsweredCall, Service, ServiceCall } from './service';
import type { Timeline } from './timeline';

export interface DispatchParts {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly template: ResolvedTemplate;
  readonly access: AccessControl;
  /** The first one answers what no service recognizes. */
  readonly services: readonly Service[];
  readonly faults: Faults;
  /** EC2's token buckets; null: there are none. */
  readonly limits: Ec2Limits | null;
  readonly latency: Latency;
  /** Uniform in [0, 1), for latencies. */
  readonly random: () => number;
  readonly uuid: () => string;
  /** Which execution a Lambda's request belongs to, and the function where several share a role. */
  readonly identify?: Identify | undefined;
  /** Told of every call that was understood and answered; not of one whose answer was lost. */
  readonly answered?: (call: AnsweredCall) => void;
}

export type Identify = (request: ApiRequest) => { readonly execution: string | null; readonly functionName?: string };

/** Beyond what any of the services takes. */
const MOST_BYTES = 2 * 1024 * 1024;

interface Outcome {
  readonly response: ApiResponse | 'reset';
  readonly result: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * The account's services behind one `Dispatch`. Each request is parsed, authenticated, throttled and authorized when it
 * arrives; then its latency passes (or its fault strikes), it is executed, and the timeline is told.
 */
export function createDispatch(parts: DispatchParts): Dispatch {
  const { clock, timeline, access, services, faults, limits, random, uuid, latency, identify, answered } = parts;
  const callerOf = callersByKey(parts.template);

  function authenticate(request: ApiRequest, accessKey: string): { caller: Caller; execution: string | null } {
    const caller = callerOf(accessKey);
    const identity = identify?.(request) ?? { execution: null };
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
    if (fault !== null) timeline.add({ type: 'fault', what: describeFault(fault, subject) });
    const before = latency(service.name, call.action, random);
    const delays = delaysOf(fault);
    if (before + delays.before > 0) await clock.sleep(before + delays.before);
    if (refused !== null) throw refused;
    try {
      return await strike(fault, service, { ...call, omission: omissionOf(fault) });
    } finally {
      if (delays.after > 0) await clock.sleep(delays.after);
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
      if (outcome.response !== 'reset')
        answered?.({
          service: service.name,
          call: done,
          body: outcome.response.body,
          error: outcome.error,
          at: clock.now(),
        });
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

  return dispatch;
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
