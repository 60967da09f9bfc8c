import { ApiError, type ApiResponse } from '../kernel/api';
import type { Clock } from '../kernel/clock';
import { denied, FAULT_CODES, parseBody } from '../kernel/json';
import type { Answer, Failure, Service, ServiceCall } from '../kernel/service';
import { isObject, type JsonObject, list, object } from '../template/json';
import type { Execution, ExecutionResult, StateMachine } from './state-machine';

/** What is answered, by action: its parameters. */
export const STEP_FUNCTIONS_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  StartExecution: ['stateMachineArn', 'name', 'input', 'traceHeader'],
  StartSyncExecution: ['stateMachineArn', 'name', 'input', 'traceHeader', 'includedData'],
  DescribeStateMachine: ['stateMachineArn', 'includedData'],
  ListStateMachines: [],
};

/** What Express does not have: refused as AWS refuses it. */
export const NOT_FOR_EXPRESS: readonly string[] = [
  'DescribeExecution',
  'GetExecutionHistory',
  'ListExecutions',
  'StopExecution',
];

const TARGET = 'AWSStepFunctions.';
/** Characters of an execution's input. */
const LONGEST_INPUT = 262_144;
/** What AWS refuses in a name: white space, brackets, wildcards, special and control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about control characters
const BAD_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/**
 * AWS Step Functions over the wire (AWS JSON 1.0), as far as Express goes: starting, and looking at the state machine.
 * What Express does not have is refused as AWS refuses it.
 * @see Step Functions API Reference
 */
export function stepFunctions(stateMachines: readonly StateMachine[], clock: Clock): Service {
  const creationDate = clock.now() / 1000;
  const find = (arn: string) => {
    const found = stateMachines.find((each) => each.arn === arn);
    if (found) return found;
    throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  };

  async function execute({ action, parameters, requestId }: ServiceCall): Promise<Answer> {
    const given = isObject(parameters) ? parameters : {};
    only(given, STEP_FUNCTIONS_ACTIONS[action] ?? Object.keys(given));
    switch (action) {
      case 'StartExecution': {
        const execution = start(given);
        const startDate = execution.startedAt / 1000;
        return answer({ executionArn: execution.arn, startDate }, requestId, execution.arn);
      }
      case 'StartSyncExecution': {
        const execution = start(given);
        const result = await execution.result;
        return answer(syncResult(execution, result, clock.now()), requestId, result.status);
      }
      case 'DescribeStateMachine': {
        const machine = find(required(given, 'stateMachineArn'));
        const { arn: stateMachineArn, name, roleArn } = machine;
        const definition = JSON.stringify(machine.definition);
        const body = {
          stateMachineArn,
          name,
          status: 'ACTIVE',
          definition,
          roleArn,
          type: 'EXPRESS',
          creationDate,
          loggingConfiguration: loggingOf(machine),
        };
        return answer(body, requestId, name);
      }
      case 'ListStateMachines': {
        const machines = stateMachines.map(({ arn: stateMachineArn, name }) => ({
          stateMachineArn,
          name,
          type: 'EXPRESS',
          creationDate,
        }));
        return answer({ stateMachines: machines }, requestId, `${machines.length} state machines`);
      }
      default:
        throw new ApiError(
          'StateMachineTypeNotSupported',
          `This operation is not supported by this type of state machine: ${action} does not exist for EXPRESS.`,
        );
    }
  }

  function start(given: JsonObject): Execution {
    const machine = find(required(given, 'stateMachineArn'));
    const name = optional(given, 'name');
    if (name !== undefined && (name.length === 0 || name.length > 80 || BAD_NAME.test(name)))
      throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
    const input = optional(given, 'input') ?? '{}';
    if (input.length > LONGEST_INPUT)
      throw validation(
        `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_INPUT}`,
      );
    return machine.start(parseInput(input), name);
  }

  return {
    name: 'states',
    faultCodes: FAULT_CODES,
    recognizes: (request) => request.headers['x-amz-target']?.startsWith(TARGET) ?? false,
    parse(request) {
      const action = (request.headers['x-amz-target'] ?? '').slice(TARGET.length);
      const known = [...Object.keys(STEP_FUNCTIONS_ACTIONS), ...NOT_FOR_EXPRESS];
      if (!known.includes(action))
        throw new ApiError(
          'UnknownOperationException',
          `The local cloud does not know ${action || 'a request without X-Amz-Target'}; it knows ${known.join(', ')}.`,
        );
      return { action, parameters: parseBody(request) };
    },
    permissions({ action, parameters }) {
      const given = isObject(parameters) ? parameters : {};
      const resource = given.stateMachineArn ?? given.executionArn ?? '*';
      return [{ action: `states:${action}`, resource: String(resource) }];
    },
    execute,
    fail,
    deny: denied,
  };
}

/** @see Step Functions API Reference, LoggingConfiguration */
function loggingOf({ logging }: StateMachine): JsonObject {
  if (logging === undefined) return { level: 'OFF', includeExecutionData: false, destinations: [] };
  const destinations = list(logging.Destinations).map((each) => ({
    cloudWatchLogsLogGroup: {
      logGroupArn: object(object(each).CloudWatchLogsLogGroup).LogGroupArn ?? null,
    },
  }));
  const { Level: level = 'OFF', IncludeExecutionData: includeExecutionData = false } = logging;
  return { level, includeExecutionData, destinations };
}

function syncResult(execution: Execution, result: ExecutionResult, now: number): JsonObject {
  const common = {
    executionArn: execution.arn,
    name: execution.name,
    startDate: execution.startedAt / 1000,
    stopDate: now / 1000,
    status: result.status === 'ABORTED' ? 'FAILED' : result.status,
    input: JSON.stringify(execution.input),
    inputDetails: { included: true },
  };
  return result.status === 'SUCCEEDED'
    ? { ...common, output: JSON.stringify(result.output), outputDetails: { included: true } }
    : { ...common, error: result.error, cause: result.cause };
}

function parseInput(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  }
}

function only(given: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw validation(`The local cloud does not know the parameter '${unknown}'`);
}

function required(given: JsonObject, name: string): string {
  const value = optional(given, name);
  if (value === undefined)
    throw validation(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
}

function optional(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new ApiError('SerializationException', `${name} must be a string.`);
}

const validation = (message: string) => new ApiError('ValidationException', `1 validation error detected: ${message}`);

const HEADERS = { 'content-type': 'application/x-amz-json-1.0' };

function answer(body: JsonObject, requestId: string, result: string): Answer {
  const headers = { ...HEADERS, 'x-amzn-requestid': requestId };
  return { response: { status: 200, headers, body: JSON.stringify(body) }, result };
}

function fail({ code, message, status }: Failure, requestId: string): ApiResponse {
  const headers = { ...HEADERS, 'x-amzn-requestid': requestId, 'x-amzn-errortype': code };
  const body = JSON.stringify({ __type: `com.amazonaws.swf.service.v2.model#${code}`, message });
  return { status, headers, body };
}
