import { DENIED } from '../functions/shared/errors';
import { calledBy } from './aws/clients';
import { Problem, UsageError } from './errors';
import { line } from './output/text';

/** An IAM statement that would allow what was refused. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: string;
}

const NOT_AUTHORIZED = /not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/;

/**
 * The statement that would allow a refused call; null where an error is no refusal. AWS names action and resource in most
 * of its messages; EC2 encodes them in some, and then the call's own name is the action.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function missingStatement(error: unknown): Statement | null {
  if (!(error instanceof Error)) return null;
  if (!DENIED.has(error.name)) return missingStatement(error.cause);
  const [, action, resource] = NOT_AUTHORIZED.exec(error.message) ?? [];
  const Action = action ?? calledBy(error);
  // SNS writes its own name in capitals.
  return Action === null ? null : { Effect: 'Allow', Action: lowerService(Action), Resource: resource ?? '*' };
}

const lowerService = (action: string) => action.replace(/^[^:]+/, (service) => service.toLowerCase());

/** What AWS's own errors mean to whoever typed the command. */
const ADVICE: readonly (readonly [names: readonly string[], advice: string])[] = [
  [
    ['CredentialsProviderError', 'UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure'],
    'AWS does not know who asks. Sign in ("aws sso login"), name a profile (--profile NAME), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [
    ['ExpiredToken', 'ExpiredTokenException', 'TokenProviderError', 'RequestExpired'],
    'The credentials have expired. Sign in again ("aws sso login").',
  ],
  [['StateMachineDoesNotExist'], 'Check the ARN, and its Region (--region).'],
  [
    ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'TimeoutError'],
    'AWS (or AWS_ENDPOINT_URL, where that is set) does not answer from here.',
  ],
];

/** Several lines for people: what went wrong, and what to do. */
export function explain(error: unknown): string {
  const statement = missingStatement(error);
  if (statement !== null) return [whatWasRefused(error, statement), ...statementLines(statement)].join('\n');
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError || error instanceof Problem) return error.message;
  const names = [error.name, Object(error).code];
  const advice = ADVICE.find(([known]) => known.some((name) => names.includes(name)))?.[1];
  if (/Region is missing/.test(error.message))
    return 'No Region is given: --region NAME, AWS_REGION, or a profile with one.';
  if (isBug(error)) return `This is a bug of vip-failover: ${error.stack ?? error.message}`;
  const action = calledBy(error);
  const where = action === null ? '' : `${action}: `;
  return [`${where}${error.name}: ${line(error.message)}`, ...(advice === undefined ? [] : [advice])].join('\n');
}

function isBug(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError].some((each) => error instanceof each) && calledBy(error) === null;
}

function whatWasRefused(error: unknown, { Action, Resource }: Statement): string {
  const who = /User: (\S+) is not authorized/.exec(error instanceof Error ? error.message : '')?.[1];
  return `Not allowed: ${Action} on ${line(Resource)}${who === undefined ? '' : ` by ${line(who)}`}.`;
}

/** The statement as it goes into a policy. */
export function statementLines(statement: Statement): string[] {
  return ['This statement in a policy of that role or user allows it:', JSON.stringify(statement, null, 2)];
}
