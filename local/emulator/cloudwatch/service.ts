import { ApiError, type ApiRequest, type ApiResponse } from '../kernel/api';
import { parseBody } from '../kernel/json';
import { parseQuery } from '../kernel/query';
import type { Failure, Service, ServiceCall } from '../kernel/service';
import { element, type XmlValue } from '../kernel/xml';
import type { CloudWatchAction, CloudWatchOptions } from './actions/action';
import { describeAlarmHistory, describeAlarms, setAlarmState } from './actions/alarms';
import { getMetricData } from './actions/metric-data';
import { type Json, only } from './actions/parameters';

/** All that the local CloudWatch can do. */
const ACTIONS: Readonly<Record<string, CloudWatchAction>> = {
  DescribeAlarmHistory: describeAlarmHistory,
  DescribeAlarms: describeAlarms,
  GetMetricData: getMetricData,
  SetAlarmState: setAlarmState,
};

/** What the local CloudWatch knows, by action: its parameters. */
export const CLOUDWATCH_ACTIONS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, { parameters }]) => [name, parameters]),
);

const TARGET = 'GraniteServiceVersion20100801.';
const NAMESPACE = ' xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"';

/**
 * Amazon CloudWatch: alarms, their history, and metrics. Speaks AWS JSON 1.0, which today's SDKs use (with errors in the
 * header that the Query era left), and Query, which older ones do.
 * @see CloudWatch API Reference; Smithy, "AWS Query compatible trait"
 */
export function cloudWatch(options: CloudWatchOptions): Service {
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
      find(action);
      return { action, parameters };
    },

    permissions: (call) => [{ action: `cloudwatch:${call.action}`, resource: '*' }],

    execute(call) {
      const action = find(call.action);
      const parameters: Json = Object.fromEntries(Object.entries(Object(call.parameters)));
      only(parameters, action.parameters);
      const json = speaksJson(call.request);
      const time = (milliseconds: number) => (json ? milliseconds / 1_000 : new Date(milliseconds).toISOString());
      const { body, result } = action.run(parameters, { ...options, omission: call.omission, time });
      return { response: json ? jsonAnswer(200, body ?? {}, call.requestId) : xmlAnswer(call, body), result };
    },

    fail(failure, requestId, request) {
      return speaksJson(request) ? failJson(failure, requestId) : failXml(failure, requestId);
    },

    deny(permission, callerArn, decision) {
      const why = decision.allowed ? '' : decision.why;
      return new ApiError(
        'AccessDenied',
        `User: ${callerArn} is not authorized to perform: ${permission.action} ${why}`,
        403,
      );
    },
  };
}

function find(name: string): CloudWatchAction {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action !== undefined) return action;
  throw new ApiError(
    'InvalidAction',
    `The action ${name} is not valid for this endpoint (the local cloud knows ${Object.keys(ACTIONS).join(', ')}).`,
  );
}

function speaksJson(request: ApiRequest): boolean {
  return request.headers['x-amz-target']?.startsWith(TARGET) ?? false;
}

function parseJson(request: ApiRequest): { readonly action: string; readonly parameters: Json } {
  const action = (request.headers['x-amz-target'] ?? '').slice(TARGET.length);
  return { action, parameters: parseBody(request) };
}

function parseForm(request: ApiRequest): { readonly action: string; readonly parameters: Json } {
  const { action, parameters } = parseQuery(request);
  return { action, parameters: parameters.values };
}

function jsonAnswer(
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
  return jsonAnswer(status, { __type: `com.amazonaws.cloudwatch#${code}`, message }, requestId, {
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
