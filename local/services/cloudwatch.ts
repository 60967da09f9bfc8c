import { ApiError, type ApiRequest, type ApiResponse } from '../api';
import type { Decision } from '../iam/access';
import type { AlarmRecord, AlarmState, AlarmStore } from './alarm-store';
import { parseQuery } from './query';
import type { Answer, Failure, Permission, Service, ServiceCall } from './service';
import { element, type XmlValue } from './xml';

const DESCRIBE = ['AlarmNames', 'AlarmNamePrefix', 'AlarmTypes', 'StateValue', 'MaxRecords', 'NextToken'];
const SET_STATE = ['AlarmName', 'StateValue', 'StateReason', 'StateReasonData'];

/** What the local CloudWatch knows, by action: its parameters. */
export const CLOUDWATCH_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  DescribeAlarms: DESCRIBE,
  SetAlarmState: SET_STATE,
};

const TARGET = 'GraniteServiceVersion20100801.';
const NAMESPACE = ' xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"';
const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

type Json = Readonly<Record<string, unknown>>;

/**
 * Amazon CloudWatch, as far as alarms go: `DescribeAlarms` (by names, prefix, state, in pages) and `SetAlarmState`. Speaks
 * AWS JSON 1.0, which today's SDKs use (with errors in the header that the Query era left), and Query, which older ones do.
 * @see CloudWatch API Reference; Smithy, "AWS Query compatible trait"
 */
export function cloudWatch(alarms: AlarmStore): Service {
  return {
    name: 'monitoring',
    faultCodes: {
      throttle: ['Throttling', 400],
      error500: ['InternalServiceError', 500],
      error503: ['ServiceUnavailable', 503],
    },
    recognizes: (request) => speaksJson(request) || request.body.includes('Version=2010-08-01'),

    parse(request) {
      const { action, parameters } = speaksJson(request) ? parseJson(request) : parseForm(request);
      if (!Object.hasOwn(CLOUDWATCH_ACTIONS, action))
        throw new ApiError(
          'InvalidAction',
          `The action ${action} is not valid for this endpoint (the local cloud knows ${Object.keys(CLOUDWATCH_ACTIONS).join(', ')}).`,
        );
      return { action, parameters };
    },

    permissions: (call) => [{ action: `cloudwatch:${call.action}`, resource: '*' }],

    execute(call) {
      const parameters: Json = Object.fromEntries(Object.entries(Object(call.parameters)));
      return call.action === 'DescribeAlarms' ? describe(alarms, parameters, call) : setState(alarms, parameters, call);
    },

    fail(failure, requestId, request) {
      return speaksJson(request) ? failJson(failure, requestId) : failXml(failure, requestId);
    },

    deny(permission: Permission, callerArn: string, decision: Decision) {
      const why = decision.allowed ? '' : decision.why;
      return new ApiError(
        'AccessDenied',
        `User: ${callerArn} is not authorized to perform: ${permission.action} ${why}`,
        403,
      );
    },
  };
}

function describe(alarms: AlarmStore, parameters: Json, call: ServiceCall): Answer {
  only(parameters, DESCRIBE);
  const names = texts(parameters, 'AlarmNames');
  const prefix = text(parameters, 'AlarmNamePrefix');
  const state = text(parameters, 'StateValue');
  const types = texts(parameters, 'AlarmTypes') ?? ['MetricAlarm'];
  const most = Number(parameters.MaxRecords ?? 50);
  const start = Number(text(parameters, 'NextToken') ?? 0);
  if (!(most >= 1 && most <= 100)) throw invalid('MaxRecords must be 1 to 100.');
  if (!Number.isInteger(start) || start < 0) throw new ApiError('InvalidNextToken', 'The next token is not valid.');
  if (names !== undefined && names.length > 100) throw invalid('AlarmNames has more than 100 names.');
  if (names !== undefined && prefix !== undefined)
    throw new ApiError('InvalidParameterCombination', 'AlarmNames and AlarmNamePrefix must not be used together.');
  const found = alarms
    .list()
    .filter((alarm) => types.includes('MetricAlarm') && (names?.includes(alarm.name) ?? true))
    .filter((alarm) => alarm.name.startsWith(prefix ?? '') && (state ?? alarm.state) === alarm.state);
  const page = found.slice(start, start + most);
  const next = start + most < found.length ? String(start + most) : undefined;
  const result = page.map((alarm) => `${alarm.name} ${alarm.state}`).join(', ') || 'no alarm';
  if (!speaksJson(call.request)) {
    const MetricAlarms = page.map((alarm) => shape(alarm, (time) => new Date(time).toISOString()));
    return { response: xmlAnswer(call, { MetricAlarms, CompositeAlarms: [], NextToken: next }), result };
  }
  const MetricAlarms = page.map((alarm) => shape(alarm, (time) => time / 1_000));
  return { response: json(200, { MetricAlarms, CompositeAlarms: [], NextToken: next }, call.requestId), result };
}

function setState(alarms: AlarmStore, parameters: Json, call: ServiceCall): Answer {
  only(parameters, SET_STATE);
  const name = text(parameters, 'AlarmName');
  const reason = text(parameters, 'StateReason');
  const value = text(parameters, 'StateValue');
  const state = STATES.find((each) => each === value);
  if (name === undefined || reason === undefined)
    throw new ApiError(
      'MissingParameter',
      'The request must contain the parameters AlarmName, StateValue, StateReason.',
    );
  if (state === undefined) throw invalid(`StateValue must be one of ${STATES.join(', ')}.`);
  if (!alarms.list().some((alarm) => alarm.name === name))
    throw new ApiError('ResourceNotFound', `Unknown alarm ${name}`, 404);
  alarms.setState(name, state, reason);
  const response = speaksJson(call.request) ? json(200, {}, call.requestId) : xmlAnswer(call, undefined);
  return { response, result: `${name} ${state}` };
}

function shape<Time extends string | number>(alarm: AlarmRecord, time: (milliseconds: number) => Time) {
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    AlarmDescription: alarm.description,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: time(alarm.updatedAt),
    Namespace: alarm.namespace,
    MetricName: alarm.metricName,
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

function speaksJson(request: ApiRequest): boolean {
  return request.headers['x-amz-target']?.startsWith(TARGET) ?? false;
}

function parseJson(request: ApiRequest): { readonly action: string; readonly parameters: Json } {
  const action = (request.headers['x-amz-target'] ?? '').slice(TARGET.length);
  try {
    const parameters: unknown = JSON.parse(request.body || '{}');
    if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters))
      return { action, parameters: Object.fromEntries(Object.entries(parameters)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ApiError('SerializationException', 'The body is not a JSON object.');
}

function parseForm(request: ApiRequest): { readonly action: string; readonly parameters: Json } {
  const { action, parameters } = parseQuery(request);
  return { action, parameters: parameters.values };
}

function only(parameters: Json, known: readonly string[]): void {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`The local cloud does not know the parameter ${unknown}.`);
}

function text(parameters: Json, name: string): string | undefined {
  const value = parameters[name];
  if (value !== undefined && typeof value !== 'string') throw invalid(`${name} must be text.`);
  return value;
}

function texts(parameters: Json, name: string): readonly string[] | undefined {
  const value = parameters[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string'))
    throw invalid(`${name} must be a list of texts.`);
  return value.length === 0 ? undefined : value;
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}

function json(
  status: number,
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  const own = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId };
  return { status, headers: { ...own, ...headers }, body: JSON.stringify(body) };
}

function failJson({ code, message, status }: Failure, requestId: string): ApiResponse {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return json(status, { __type: `com.amazonaws.cloudwatch#${code}`, message }, requestId, {
    'x-amzn-query-error': `${code};${fault}`,
  });
}

function xmlAnswer(call: ServiceCall, result: XmlValue): ApiResponse {
  const body = {
    ...(result !== undefined && { [`${call.action}Result`]: result }),
    ResponseMetadata: { RequestId: call.requestId },
  };
  return xml(200, element(`${call.action}Response`, body, 'member', NAMESPACE));
}

function failXml({ code: Code, message: Message, status }: Failure, requestId: string): ApiResponse {
  const body = { Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message }, RequestId: requestId };
  return xml(status, element('ErrorResponse', body, 'member', NAMESPACE));
}

function xml(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
