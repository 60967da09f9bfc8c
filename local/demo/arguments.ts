import { parseArgs } from 'node:util';
import { FAULT_CHOICES, type FaultChoice } from './fault-kinds';
import { SCENARIOS, type Scenario } from './scenarios';

/** Wrong arguments. One line, for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Settings {
  readonly scenario: Scenario;
  readonly list: boolean;
  readonly help: boolean;
  readonly json: boolean;
  readonly keep: boolean;
  readonly port: number | undefined;
  readonly template: string | undefined;
  /** A file with values of the template's parameters. */
  readonly parameters: string | undefined;
  /** A configuration file instead of cdk.json's. */
  readonly config: string | undefined;
  readonly throttle: boolean;
  readonly realistic: boolean;
  /** Milliseconds. */
  readonly lag: number;
  readonly faults: readonly FaultChoice[];
}

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Settings {
  const { values } = parse(argv);
  // The CDK's own spelling is -c config=FILE.
  const config = values.config?.replace(/^config=/, '');
  for (const [name, value] of Object.entries({ ...values, config }))
    if (value === '') throw new UsageError(`--${name} is empty. Give it a value, or leave it out.`);
  const scenario = oneOf('scenario', values.scenario ?? 'stop', SCENARIOS);
  const port = values.port === undefined ? undefined : number('port', values.port, 1, 65_535);
  const latency = values.latency ?? 'quick';
  if (latency !== 'quick' && latency !== 'realistic')
    throw new UsageError(`--latency is quick or realistic, not ${latency}.`);
  if (values.keep && port === undefined) throw new UsageError('--keep needs a port: --keep --port 4599.');
  if (values.keep && scenario.cloud?.clock === 'virtual')
    throw new UsageError(
      `The scenario ${scenario.name} plays in virtual time and cannot be kept; try --scenario none.`,
    );
  const other = values.template === undefined ? (config === undefined ? null : 'configuration') : 'template';
  if (other !== null && scenario.config !== undefined)
    throw new UsageError(
      `The scenario ${scenario.name} brings its own configuration and cannot play another ${other}.`,
    );
  if (values.template !== undefined && config !== undefined)
    throw new UsageError('--template and --config exclude each other: a template has its configuration in it.');
  if (values.parameters !== undefined && values.template === undefined)
    throw new UsageError('--parameters FILE are those of a template: --template FILE --parameters FILE.');
  return {
    scenario,
    port,
    list: values.list ?? false,
    help: values.help ?? false,
    json: values.json ?? false,
    keep: values.keep ?? false,
    template: values.template,
    parameters: values.parameters,
    config,
    throttle: values.throttle ?? false,
    realistic: latency === 'realistic',
    lag: number('lag', values.lag ?? '0', 0, 600_000),
    faults: (values.fault ?? []).map((name) => oneOf('fault', name, FAULT_CHOICES)),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        scenario: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
        port: { type: 'string' },
        template: { type: 'string' },
        parameters: { type: 'string' },
        config: { type: 'string', short: 'c' },
        throttle: { type: 'boolean' },
        latency: { type: 'string' },
        lag: { type: 'string' },
        fault: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(`${(why ?? '').replace(/\.$/, '')}. Try --help.`);
  }
}

function oneOf<Item extends { readonly name: string }>(what: string, name: string, items: readonly Item[]): Item {
  const found = items.find((item) => item.name === name);
  if (found) return found;
  throw new UsageError(`There is no ${what} ${name}; there are: ${items.map((item) => item.name).join(', ')}.`);
}

function number(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
}

export function usage(): string {
  const faults = FAULT_CHOICES.map(({ name, description }) => `  ${name.padEnd(26)}${description}\n`).join('');
  return `Plays a failover on this machine, from the template that would be deployed.

npm start -- [options]
  --scenario NAME           what happens; default: stop
  --list                    the scenarios, a line each
  --json                    one JSON object a line instead of the screen
  -c, --config FILE         another configuration than cdk.json's
  --template FILE           another synthesized template; without it this repository is built and synthesized
  --parameters FILE         values of that template's parameters: ["Name=value", …]
  --keep --port N           the cloud stays up after the scenario, for the AWS CLI and SDKs, until Ctrl-C
  --port N                  listens there
  --throttle                EC2's documented token buckets
  --latency realistic       API calls take as long as on AWS
  --lag MS                  describe calls lag behind changes
  --fault KIND              puts a fault in; may be given several times; in virtual time unless there is a port
  --help                    this

Faults:
${faults}`;
}
