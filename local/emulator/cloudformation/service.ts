import { ApiError, type ApiResponse } from '../kernel/api';
import { Parameters, parseQuery } from '../kernel/query';
import type { Service, ServiceCall } from '../kernel/service';
import { element, type XmlValue } from '../kernel/xml';
import type { Template } from '../template/template';

/** What the local CloudFormation knows, by action: its parameters. */
export const CLOUDFORMATION_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  DescribeStackResources: ['StackName', 'PhysicalResourceId'],
  DescribeStacks: ['StackName', 'NextToken'],
  GetTemplate: ['StackName', 'TemplateStage'],
  ListStackResources: ['StackName', 'NextToken'],
};

const NAMESPACE = ' xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"';
/** Resources of one answer of ListStackResources, and the most that DescribeStackResources ever shows. */
const PAGE = 100;

/**
 * AWS CloudFormation, for reading: the one stack that the template stands for, as if it had been deployed when the cloud
 * started.
 * @see CloudFormation API Reference, the action of each name
 */
export function cloudFormation(template: Template, createdAt: number): Service {
  const created = new Date(createdAt).toISOString();

  const bodies: Readonly<Record<string, (given: Parameters) => XmlValue>> = {
    DescribeStacks(given) {
      if (given.has('StackName')) stackNamed(given);
      const Outputs = template.outputs.map(({ key, value, description }) => ({
        OutputKey: key,
        OutputValue: value,
        Description: description,
      }));
      const { stackName: StackName, stackId: StackId } = template;
      return { Stacks: [{ StackName, StackId, CreationTime: created, StackStatus: 'CREATE_COMPLETE', Outputs }] };
    },

    DescribeStackResources(given) {
      const physicalId = given.text('PhysicalResourceId');
      if (physicalId === undefined) stackNamed(given);
      else if (!template.resources.some((each) => each.physicalId === physicalId))
        throw invalid(`Stack for ${physicalId} does not exist`);
      const { stackName: StackName, stackId: StackId } = template;
      const resources = template.resources.slice(0, PAGE);
      return { StackResources: resources.map((each) => ({ StackName, StackId, Timestamp: created, ...shape(each) })) };
    },

    ListStackResources(given) {
      stackNamed(given);
      const token = given.text('NextToken') ?? '0';
      if (!/^\d{1,9}$/.test(token)) throw invalid('NextToken is not valid');
      const end = Number(token) + PAGE;
      const rows = template.resources.slice(Number(token), end);
      return {
        StackResourceSummaries: rows.map((each) => ({ LastUpdatedTimestamp: created, ...shape(each) })),
        NextToken: end < template.resources.length ? String(end) : undefined,
      };
    },

    GetTemplate(given) {
      stackNamed(given);
      return { TemplateBody: template.body, StagesAvailable: ['Original', 'Processed'] };
    },
  };

  /** @throws ApiError `ValidationError` where the stack is another one. */
  function stackNamed(given: Parameters): void {
    const name = given.required('StackName');
    if (name !== template.stackName && name !== template.stackId) throw invalid(`Stack with id ${name} does not exist`);
  }

  /** By the ARN of the stack; who asks for all stacks, or by a resource, names none. */
  function resourceOf({ parameters }: ServiceCall): string {
    const name = read(parameters).text('StackName');
    if (name === undefined) return '*';
    if (name === template.stackName) return template.stackId;
    if (name.startsWith('arn:')) return name;
    return `arn:aws:cloudformation:${template.region}:${template.accountId}:stack/${name}/*`;
  }

  return {
    name: 'cloudformation',
    faultCodes: {
      throttle: ['Throttling', 400],
      error500: ['InternalFailure', 500],
      error503: ['ServiceUnavailable', 503],
    },
    recognizes: (request) => request.body.includes('Version=2010-05-15'),

    parse(request) {
      const { action, parameters } = parseQuery(request);
      if (!Object.hasOwn(CLOUDFORMATION_ACTIONS, action))
        throw new ApiError(
          'InvalidAction',
          `The action ${action} is not valid for this endpoint (the local cloud knows ${Object.keys(CLOUDFORMATION_ACTIONS).join(', ')}).`,
        );
      return { action, parameters: parameters.values };
    },

    permissions: (call) => [{ action: `cloudformation:${call.action}`, resource: resourceOf(call) }],

    execute({ action, parameters, requestId }) {
      const given = read(parameters);
      given.only(CLOUDFORMATION_ACTIONS[action] ?? []);
      const result = bodies[action]?.(given);
      const body = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
      return { response: xml(200, `${action}Response`, body), result: template.stackName };
    },

    fail({ code: Code, message: Message, status }, requestId) {
      const body = { Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message }, RequestId: requestId };
      return xml(status, 'ErrorResponse', body);
    },

    deny: ({ action, resource }, callerArn, decision) =>
      new ApiError(
        'AccessDenied',
        `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} ${decision.allowed ? '' : decision.why}`,
        403,
      ),
  };
}

function shape({ logicalId, physicalId, type }: Template['resources'][number]) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: 'CREATE_COMPLETE',
  };
}

function read(parameters: unknown): Parameters {
  return new Parameters(Object.fromEntries(Object.entries(Object(parameters))));
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationError', message);
}

function xml(status: number, name: string, body: XmlValue): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: element(name, body, 'member', NAMESPACE) };
}
