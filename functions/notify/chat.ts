import { OUTCOME_TYPE } from '../shared/bus';
import type { Execution } from '../shared/contract';
import { cut } from '../shared/text';
import type { Locale, Notice } from './notice';
import { quoteLine } from './text';

/**
 * A notice as Amazon Q Developer in chat applications shows it in Slack and Teams: its custom notification. Any other message
 * to a chat's topic vanishes without a trace.
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export interface ChatMessage {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly id: string;
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** Messages of one cluster are one thread, where the channel's preferences allow threads. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly relatedResources: readonly string[];
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** The page states no lengths that could be confirmed. These stay below what Slack shows of one text, 3,000 characters. */
const LONGEST_DESCRIPTION = 2_000;
const LONGEST_STEP = 1_000;
const MOST_STEPS = 10;
const MOST_RESOURCES = 20;

export function chatMessage(notice: Notice, execution: Execution, locale: Locale, timeZone: string): ChatMessage {
  const { cluster, outcome, status, mode, where, destination } = notice;
  const title = plain(locale.subject(notice));
  const steps = stepsOf(notice, locale);
  const places = where?.flatMap(({ networkInterfaceId, instanceId }) => [networkInterfaceId, instanceId]) ?? [];
  const resources = [...notice.addresses, ...notice.nodes.map(({ instanceId }) => instanceId), ...places];
  return {
    version: '1.0',
    source: 'custom',
    id: execution.id,
    content: {
      textType: 'client-markdown',
      title,
      description: cut(plain(locale.brief(notice, timeZone)), LONGEST_DESCRIPTION),
      ...(steps.length > 0 && { nextSteps: steps }),
      keywords: [cluster ?? 'unknown', outcome, status],
    },
    metadata: {
      threadId: `vip-failover-${cluster ?? 'unknown'}`,
      summary: title,
      eventType: OUTCOME_TYPE,
      relatedResources: [...new Set(resources.flatMap((each) => each ?? []))].slice(0, MOST_RESOURCES),
      additionalContext: {
        cluster: cluster ?? 'unknown',
        outcome,
        status,
        mode: mode ?? 'unknown',
        executionId: execution.id,
        ...(destination !== null && { destination: plain(destination.full) }),
      },
    },
  };
}

/** A command is shown whole or not at all: half of one does harm. */
function stepsOf(notice: Notice, locale: Locale): string[] {
  const steps = locale.steps(notice).map(({ words, command }) => {
    const text = plain(quoteLine(words));
    const whole = command === null ? text : `${text} \`${escaped(command)}\``;
    return whole.length <= LONGEST_STEP ? whole : cut(text, LONGEST_STEP);
  });
  if (steps.length <= MOST_STEPS) return steps;
  return [...steps.slice(0, MOST_STEPS - 1), locale.moreSteps(steps.length - MOST_STEPS + 1)];
}

/** Nothing that a person typed calls a whole channel ("@here"), makes a link, or ends the formatting around it. */
function plain(text: string): string {
  return escaped(text)
    .replaceAll('`', "'")
    .replace(/(?<![\w.+-])@/g, '(at) ');
}

/** @see https://api.slack.com/reference/surfaces/formatting#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
