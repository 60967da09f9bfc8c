import { ApiError, type ApiRequest, type ApiResponse } from '../kernel/api';
import { Parameters, parseQuery } from '../kernel/query';
import type { Failure, Service, ServiceCall } from '../kernel/service';
import { element } from '../kernel/xml';
import type { Ec2Action, Ec2Context } from './actions/action';
import { associateAddress, describeAddresses, disassociateAddress } from './actions/elastic-ips';
import { describeInstanceStatus, describeInstances, describeInstanceTypes } from './actions/instances';
import { startInstances, stopInstances, terminateInstances } from './actions/lifecycle';
import {
  assignPrivateIpAddresses,
  describeNetworkInterfaces,
  unassignPrivateIpAddresses,
} from './actions/network-interfaces';
import { createSubnetCidrReservation, describeSubnets, getSubnetCidrReservations } from './actions/subnets';
import { createTags, deleteTags, describeTags } from './actions/tags';
import { type Lag, laggingView } from './consistency';
import type { World } from './model/world';

/** All that the local EC2 can do. Each action's `parameters` and `filters` are what docs/local-cloud.md lists. */
export const EC2_ACTIONS: Readonly<Record<string, Ec2Action>> = {
  AssignPrivateIpAddresses: assignPrivateIpAddresses,
  AssociateAddress: associateAddress,
  CreateSubnetCidrReservation: createSubnetCidrReservation,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeAddresses: describeAddresses,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribeSubnets: describeSubnets,
  DescribeTags: describeTags,
  DisassociateAddress: disassociateAddress,
  GetSubnetCidrReservations: getSubnetCidrReservations,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
  UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
};

const NAMESPACE = ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';

/**
 * Amazon EC2 in its Query protocol.
 * @see EC2 API Reference, "Making API requests", "Error codes"
 */
export function ec2(world: World, lag: Lag, pageSize: number): Service {
  const contextOf = ({ omission }: ServiceCall): Ec2Context => ({
    world,
    view: laggingView(world, lag),
    omission,
    pageSize,
  });
  return {
    name: 'ec2',
    faultCodes: {
      throttle: ['RequestLimitExceeded', 503],
      error500: ['InternalError', 500],
      error503: ['Unavailable', 503],
    },
    recognizes: (request) => request.body.includes('Version=2016-11-15'),

    parse(request: ApiRequest) {
      const { action, parameters } = parseQuery(request);
      find(action);
      const narrow = ['Filter', 'MaxResults', 'NextToken'].some((name) => parameters.has(name));
      return { action, parameters: parameters.values, narrow };
    },

    permissions(call) {
      const action = find(call.action);
      const resources = action.resources?.(read(call), world) ?? ['*'];
      const context = action.conditionKeys?.(read(call)) ?? {};
      return resources.map((resource) => ({ action: `ec2:${call.action}`, resource, context }));
    },

    execute(call) {
      const action = find(call.action);
      const parameters = read(call);
      parameters.only(action.parameters);
      if (parameters.flag('DryRun'))
        throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      const { body, result } = action.run(parameters, contextOf(call));
      const text = element(`${call.action}Response`, { requestId: call.requestId, ...body }, 'item', NAMESPACE);
      return { response: xml(200, text, call.requestId), result };
    },

    fail({ code: Code, message: Message, status }: Failure, requestId) {
      // Errors is a list whose elements are called Error.
      const body = { Errors: { Error: { Code, Message } }, RequestID: requestId };
      return xml(status, element('Response', body, 'item'), requestId);
    },

    deny({ action, resource }, callerArn, decision) {
      const where = resource === '*' ? '' : ` on resource: ${resource}`;
      const why = decision.allowed ? '' : decision.why;
      return new ApiError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. User: ${callerArn} is not authorized to perform: ${action}${where} ${why}`,
        403,
      );
    },
  };
}

function find(name: string): Ec2Action {
  const action = Object.hasOwn(EC2_ACTIONS, name) ? EC2_ACTIONS[name] : undefined;
  if (action === undefined)
    throw new ApiError(
      'InvalidAction',
      `The action ${name} is not valid for this web service (the local cloud does not know it).`,
    );
  return action;
}

function read(call: ServiceCall): Parameters {
  return new Parameters(Object.fromEntries(Object.entries(Object(call.parameters))));
}

function xml(status: number, body: string, requestId: string): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}
