import type { TimelineEvent } from '../emulator/kernel/timeline';
import { isObject } from '../emulator/template/json';
import type { Expectation } from './scenarios';
import type { Summary } from './summary';

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** When the run began, milliseconds since the epoch. */
  readonly began: number;
}

type Paint = 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'bold';

const CODES: Readonly<Record<Paint, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

/** The timeline for people: a line an event, as it happens. */
export class Screen {
  constructor(private readonly options: ScreenOptions) {}

  line(text = ''): void {
    this.options.write(`${text}\n`);
  }

  paint(paint: Paint, text: string): string {
    return this.options.colour ? `\u001b[${CODES[paint]}m${text}\u001b[0m` : text;
  }

  show(event: TimelineEvent): void {
    const shown = this.describe(event);
    if (shown === null) return;
    const [kind, text, paint] = shown;
    const elapsed = `${((event.at - this.options.began) / 1000).toFixed(3)} s`.padStart(10);
    this.line(`${this.paint('dim', elapsed)}  ${this.paint(paint, kind.padEnd(9))}  ${text}`);
    if (event.type === 'notice') this.notice(event);
  }

  summary(summary: Summary, expectations: readonly Expectation[], good: boolean): void {
    const time = (milliseconds: number | null) =>
      milliseconds === null ? '–' : `${(milliseconds / 1_000).toFixed(1)} s`;
    this.line();
    this.line(`  from               ${summary.from ?? 'nobody'}`);
    this.line(`  to                 ${summary.to ?? 'nobody'}`);
    this.line(`  dark time          ${time(summary.darkTime)}`);
    this.line(`  outage             ${time(summary.outage)}`);
    this.line(`  API calls          ${summary.apiCalls}`);
    this.line(`  notices            ${summary.notices === 0 ? 'none' : summary.notices}`);
    if (summary.alarms > 0) this.line(`  alarms             ${summary.alarms}`);
    this.line();
    for (const { says, holds } of expectations)
      this.line(holds ? `  ${this.paint('green', 'PASS')}  ${says}` : `  ${this.paint('red', 'FAIL')}  ${says}`);
    this.line();
    this.line(`${closing(summary)} ${good ? this.paint('green', 'PASS') : this.paint('red', 'FAIL')}`);
  }

  private notice({ subject, message, attributes }: Extract<TimelineEvent, { type: 'notice' }>): void {
    const bar = this.paint('cyan', '│');
    this.line(`              ${bar} Subject: ${this.paint('bold', subject)}`);
    this.line(`              ${bar} ${this.paint('dim', attributesOf(attributes))}`);
    this.line(`              ${bar}`);
    for (const line of message.trimEnd().split('\n')) this.line(`              ${bar} ${line}`.trimEnd());
  }

  /** Kind, text and colour; null for what would only be noise here (`--json` has it all). */
  private describe(event: TimelineEvent): readonly [kind: string, text: string, paint: Paint] | null {
    switch (event.type) {
      case 'instance-state':
        return ['instance', `${event.instanceId}  ${event.from} → ${event.to}`, 'bold'];
      case 'event':
        return ['event', `${event.detailType}  ${detailOf(event.detail)}`, 'cyan'];
      case 'rule-matched':
        return ['rule', `${event.rule} matches, starts ${lastPart(event.target)}`, 'cyan'];
      case 'delivery-failed':
        return [
          'delivery',
          `${event.rule} failed${event.deadLettered ? ', dead-lettered' : ''}: ${event.error}`,
          'red',
        ];
      case 'execution-started':
        return ['execution', `${shortName(event.execution)} started`, 'bold'];
      case 'execution-succeeded':
        return ['execution', `${shortName(event.execution)} succeeded`, 'green'];
      case 'execution-failed':
        return ['execution', `${shortName(event.execution)} failed: ${event.error}${because(event.cause)}`, 'red'];
      case 'state-entered':
        return ['state', `${shortName(event.execution)}  → ${event.state}`, 'dim'];
      case 'state-exited':
        return ['state', `${shortName(event.execution)}  ← ${event.state}${explanationIn(event.assigned)}`, 'dim'];
      case 'state-retried':
        return [
          'retry',
          `${shortName(event.execution)}  ${event.state} after ${event.error} (${event.attempt})`,
          'yellow',
        ];
      case 'state-caught':
        return [
          'caught',
          `${shortName(event.execution)}  ${event.state}: ${event.error}${because(event.cause)}, next ${event.next}`,
          'yellow',
        ];
      case 'api-call': {
        const outcome = event.error === null ? event.result : `${event.error.code}: ${event.error.message}`;
        const call = `${event.service} ${event.action}  by ${event.caller}  ${event.milliseconds} ms  ${outcome}`;
        return ['api', call, event.error === null ? 'dim' : 'red'];
      }
      case 'access-denied':
        return ['denied', `${event.role} may not ${event.action} on ${event.resource} ${event.why}`, 'red'];
      case 'holder-changed':
        return ['address', `${event.address}  ${event.from ?? 'nobody'} → ${event.to ?? 'nobody'}`, 'green'];
      case 'elastic-ip-changed':
        return ['elastic', `${event.allocationId}  ${event.from ?? 'nowhere'} → ${event.to ?? 'nowhere'}`, 'green'];
      case 'notice':
        return ['notice', lastPart(event.topic), 'cyan'];
      case 'lambda':
        return [
          'lambda',
          `${event.function} ${event.what} (${event.milliseconds} ms)`,
          event.what === 'cold-start' ? 'dim' : 'red',
        ];
      case 'alarm':
        return ['alarm', `${event.name}  ${event.from} → ${event.to}  ${event.reason}`, 'yellow'];
      case 'metric': {
        const dimensions = Object.values(event.dimensions).join(', ');
        return ['metric', `${event.name} ${dimensions} = ${event.value}`, 'dim'];
      }
      case 'fault':
        return ['fault', event.what, 'yellow'];
      case 'log':
        return null;
    }
  }
}

/** "10.0.0.5 moved and is on i-… (running); people were told once." */
function closing({ from, to, moves, addresses, notices, alarms }: Summary): string {
  const places = [...new Set(addresses.map(({ on }) => on))];
  const where = places.map((place) => {
    const here = addresses.filter(({ on }) => on === place).map(({ address }) => address);
    return `${here.join(', ')} ${here.length === 1 ? 'is' : 'are'} on ${place ?? 'nobody'}`;
  });
  const back = moves === 0 ? 'Nothing moved' : 'The addresses moved, and came back';
  const what = from === to ? back : 'The addresses moved';
  const byAlarm = alarms === 0 ? 'nobody was told' : 'an alarm told people';
  const told = notices === 0 ? byAlarm : `people were told ${notices === 1 ? 'once' : `${notices} times`}`;
  return `${what}: ${where.join('; ')}; ${told}.`;
}

const lastPart = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1);

/** The beginning of an execution's name; enough to tell executions of one run apart. */
const shortName = (arn: string) => (arn.split(':')[7] ?? arn).slice(0, 8);

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes)
    .map(([name, value]) => `${name}=${value}`)
    .join('  ');

function detailOf(detail: unknown): string {
  const fields: Readonly<Record<string, unknown>> = Object(detail);
  const state = typeof fields.state === 'string' ? fields.state : Object(fields.state).value;
  return [fields['instance-id'] ?? fields.alarmName ?? fields.name, state].filter(Boolean).join(' ');
}

/** The message in a cause that is JSON, as Lambda errors have it. */
function because(cause: string): string {
  if (cause === '') return '';
  try {
    const { errorMessage } = Object(JSON.parse(cause));
    return typeof errorMessage === 'string' ? `: ${errorMessage}` : `: ${cause}`;
  } catch {
    return `: ${cause}`;
  }
}

/** Where a step's result explains itself in words, a choice is shown with them. */
function explanationIn({ plan }: Readonly<Record<string, unknown>>): string {
  if (!isObject(plan) || typeof plan.explanation !== 'string') return '';
  return `: ${plan.action} ${plan.why}: ${plan.explanation}`;
}
