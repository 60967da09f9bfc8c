import { usage } from '../../local/demo/arguments';
import { COMPARISONS } from '../../local/emulator/cloudwatch/alarm-definition';
import { STATISTICS } from '../../local/emulator/cloudwatch/metrics';
import { limitsOf } from '../../local/emulator/ec2/model/instance-types';
import { DEFAULT_TRANSITIONS } from '../../local/emulator/ec2/model/world';
import { PATTERN_OPERATORS } from '../../local/emulator/event-bridge/pattern';
import { CONDITION_KEYS } from '../../local/emulator/iam/conditions';
import { REALISTIC_LATENCIES } from '../../local/emulator/kernel/latency';
import { BUCKETS } from '../../local/emulator/kernel/limits';
import {
  CONDITION_OPERATORS,
  INSIGHTS_COMMANDS,
  INSTANCE_TYPES,
  KNOWN,
  type KnownAction,
} from '../../local/emulator/known';
import { KNOWN_STATES } from '../../local/emulator/step-functions/definition';
import { NOT_FOR_EXPRESS, STEP_FUNCTIONS_ACTIONS } from '../../local/emulator/step-functions/service';
import { ONLY_IDENTITY, PLAYED } from '../../local/emulator/template/known-template';
import { INTRINSICS, PSEUDO_PARAMETERS } from '../../local/emulator/template/template';

const code = (items: readonly string[]) => (items.length === 0 ? '–' : items.map((item) => `\`${item}\``).join(', '));

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const actions = (known: Readonly<Record<string, Partial<KnownAction>>>) =>
  table(
    ['action', 'parameters', 'filters'],
    Object.entries(known).map(([name, { parameters = [], filters = [] }]) => [name, code(parameters), code(filters)]),
  );

const plain = (known: Readonly<Record<string, readonly string[]>>) =>
  table(
    ['action', 'parameters'],
    Object.entries(known).map(([name, parameters]) => [name, code(parameters)]),
  );

const parametersOf = (known: Readonly<Record<string, KnownAction>>) =>
  plain(Object.fromEntries(Object.entries(known).map(([name, { parameters }]) => [name, parameters])));

/** What docs/local-cloud.md lists, by the name of the place there. */
export const LISTS: Readonly<Record<string, () => string>> = {
  usage: () => `\`\`\`text\n${usage().trim()}\n\`\`\``,
  ec2: () => actions(KNOWN.ec2),
  sns: () => actions(KNOWN.sns),
  sts: () => parametersOf(KNOWN.sts),
  cloudformation: () => parametersOf(KNOWN.cloudformation),
  cloudtrail: () => parametersOf(KNOWN.cloudtrail),
  cloudwatch: () => actions(KNOWN.monitoring),
  logs: () => parametersOf(KNOWN.logs),
  'insights-commands': () => code(INSIGHTS_COMMANDS),
  events: () => parametersOf(KNOWN.events),
  'step-functions': () => plain(STEP_FUNCTIONS_ACTIONS),
  'not-for-express': () => code(NOT_FOR_EXPRESS),
  states: () => code(KNOWN_STATES),
  resources: () =>
    table(
      ['type', 'properties that act', 'accepted, without effect here'],
      Object.entries(PLAYED).map(([type, { acts, idle }]) => [`\`${type}\``, code(acts), code(idle)]),
    ),
  'only-identity': () => code(ONLY_IDENTITY),
  intrinsics: () => code(INTRINSICS),
  'pseudo-parameters': () => code(PSEUDO_PARAMETERS),
  'condition-operators': () => code(CONDITION_OPERATORS),
  'condition-keys': () => code(CONDITION_KEYS),
  'pattern-operators': () => code(PATTERN_OPERATORS),
  statistics: () => code(STATISTICS),
  comparisons: () => code(COMPARISONS),
  'instance-types': () =>
    table(
      ['type', 'interfaces', 'IPv4 addresses an interface'],
      INSTANCE_TYPES.map((type) => [
        type,
        limitsOf(type)?.interfaces ?? '',
        limitsOf(type)?.addressesPerInterface ?? '',
      ]),
    ),
  latencies: () =>
    table(
      ['call', 'median, ms', 'slowest, ms'],
      Object.entries(REALISTIC_LATENCIES).map(([call, [median, spread]]) => [call, median, median + spread]),
    ),
  buckets: () =>
    table(
      ['calls', 'bucket', 'refill a second'],
      Object.entries(BUCKETS).map(([calls, { capacity, refill }]) => [calls, capacity, refill]),
    ),
  transitions: () =>
    table(
      ['transition', 'ms'],
      Object.entries(DEFAULT_TRANSITIONS).map(([name, milliseconds]) => [name, milliseconds]),
    ),
};

/** @throws {Error} that names a list which is not there */
export function listNamed(name: string): string {
  const list = LISTS[name];
  if (list === undefined) throw new Error(`There is no list ${name}.`);
  return list();
}
