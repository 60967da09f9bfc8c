import fc from 'fast-check';
import { z } from 'zod';
import { type ChatMessage, chatMessage } from '../../../functions/notify/chat';
import { composeNotice } from '../../../functions/notify/compose';
import { A, B, cluster, drill, failed, look, plan, reports, STOPPED, STRANGER, succeeded, vips } from './builders';
import { CUSTOM_NOTIFICATION } from './custom-notification';
import { ENDINGS, type Ending, LOCALES, named, noticeOf } from './endings';

const documented = z.fromJSONSchema(CUSTOM_NOTIFICATION);
const EACH = ENDINGS.map((ending): [string, Ending] => [ending.title, ending]);

function chat(of: Ending, language: keyof typeof LOCALES = 'en'): ChatMessage {
  return chatMessage(noticeOf(of), of.input.execution, LOCALES[language], 'Asia/Tokyo');
}
const ending = (input: Ending['input'], looked: Ending['looked'] = null): Ending => ({ title: '', input, looked });

test.each(EACH)('%s is a custom notification as documented, in both languages', (_title, of) => {
  for (const language of ['en', 'ja'] as const) {
    const message = chat(of, language);
    expect(documented.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
    expect(message.content.description.length).toBeLessThanOrEqual(2_000);
    expect(message.metadata.additionalContext.outcome).toBe(noticeOf(of).outcome);
  }
});

test('the schema takes no field that is not documented', () => {
  const message = chat(named('DRILLED'));
  expect(() => documented.parse({ ...message, colour: 'red' })).toThrow();
  expect(() => documented.parse({ ...message, version: '0' })).toThrow();
  expect(() => documented.parse({ ...message, content: { title: 'x' } })).toThrow();
});

test('the title is the subject, messages of a cluster are one thread, what it is about is listed', () => {
  const message = chat(named('a third'));
  expect(message.content.title).toBe('[mail] MOVED: 10.0.0.5 to mail-2');
  expect(message.metadata.threadId).toBe(chat(named('DRILLED')).metadata.threadId);
  expect(message.metadata.relatedResources).toEqual(expect.arrayContaining(['10.0.0.5', A.instanceId, B.instanceId]));
  expect(message.content.keywords).toEqual(['mail', 'FAILED_OVER', 'OK']);
});

test('the description says what happened, whether anybody must act, why, and where the execution is', () => {
  const { description } = chat(named('FAILED: the address is on nobody')).content;
  expect(description.split('\n').slice(0, 3)).toEqual([
    'Nobody holds 10.0.0.5.',
    'Failover failed: EC2 did not show the addresses on the target in time.',
    'Act now. What to do stands below.',
  ]);
  expect(description).toContain('Execution: https://');
  expect(description).toContain('in Asia/Tokyo');
});

test.each(EACH)('%s: the next steps are the repair steps, with whole commands', (_title, of) => {
  const { repair } = noticeOf(of);
  const { nextSteps = [] } = chat(of).content;
  expect(nextSteps).toHaveLength(repair.length);
  repair.forEach(({ command }, index) => {
    if (command !== null) expect(nextSteps[index]?.endsWith(` \`${command}\``)).toBe(true);
  });
});

describe('the steps of a repair', () => {
  const stepsFor = (...steps: { words: string; command: string | null }[]) => {
    const { input, looked } = named('DRILLED');
    const locale = { ...LOCALES.en, steps: () => steps };
    return chatMessage(composeNotice(input, looked), input.execution, locale, 'UTC').content.nextSteps;
  };
  const step = (words: string, command: string | null = null) => ({ words, command });

  test('none: the field is left out', () => {
    expect(stepsFor()).toBeUndefined();
  });
  test('a command is shown whole, or not at all', () => {
    const command = 'x'.repeat(994);
    expect(stepsFor(step('Run', command))).toEqual([`Run \`${command}\``]);
    expect(stepsFor(step('Run', `${command}x`))).toEqual(['Run']);
    expect(stepsFor(step('y'.repeat(1_001)))?.[0]).toHaveLength(1_000);
  });
  test('ten stand there, of more the first nine', () => {
    const many = Array.from({ length: 11 }, (_, index) => step(`Step ${index + 1}`));
    expect(stepsFor(...many.slice(1))).toHaveLength(10);
    expect(stepsFor(...many.slice(1))?.at(-1)).toBe('Step 11');
    expect(stepsFor(...many)?.slice(8)).toEqual(['Step 9', '2 more steps stand in the notice by e-mail.']);
  });
  test('a command keeps its meaning between back quotes', () => {
    expect(stepsFor(step('Run', 'a && b > c'))).toEqual(['Run `a &amp;&amp; b &gt; c`']);
  });
});

describe('what a machine reads of it', () => {
  test('names the destination, the mode, and every node and interface that it is about', () => {
    const { metadata } = chat(named('FAILED: the address is on nobody'));
    expect(metadata).toEqual({
      threadId: 'vip-failover-mail',
      summary: '[mail] DOWN: 10.0.0.5 on nobody',
      eventType: 'Virtual IP Failover Outcome',
      relatedResources: ['10.0.0.5', A.instanceId, B.instanceId],
      additionalContext: {
        cluster: 'mail',
        outcome: 'FAILED',
        status: 'DOWN',
        mode: 'failover',
        executionId: metadata.additionalContext.executionId,
        destination: `mail-2 (${B.instanceId})`,
      },
    });
  });
  test('names who holds an address that belongs to nobody of the cluster', () => {
    const of = failed(plan());
    const looked = { snapshot: look(STRANGER, ['stopped', 'running']) };
    expect(chat(ending(of, looked)).metadata.relatedResources).toEqual(
      expect.arrayContaining([STRANGER.networkInterfaceId, STRANGER.instanceId]),
    );
  });
  test('lists no more than twenty', () => {
    const of = cluster({ virtualIps: vips(40) });
    expect(chat(ending(failed(plan({ cluster: of })))).metadata.relatedResources).toHaveLength(20);
  });
  test('says "unknown" where no cluster, mode or destination is known', () => {
    const { content, metadata } = chat(ending(failed(null, { input: {} })));
    expect(content.keywords[0]).toBe('unknown');
    expect(metadata.threadId).toBe('vip-failover-unknown');
    expect(metadata.additionalContext).toMatchObject({ cluster: 'unknown', mode: 'unknown' });
    expect(metadata.additionalContext).not.toHaveProperty('destination');
  });
});

test('of very many steps the first stand there, and how many more there are', () => {
  const virtualIps = Array.from({ length: 40 }, (_, index) => ({
    address: `10.0.0.${index + 5}`,
    elasticIpAllocationId: `eipalloc-000000000000000${index + 10}`,
  }));
  const of = cluster({ virtualIps });
  const many = ending(failed(plan({ cluster: of, nodes: reports([A, B], { [A.instanceId]: STOPPED }) })), {
    snapshot: look(null, ['stopped', 'running'], { of }),
  });
  const { nextSteps = [] } = chat(many).content;
  expect(nextSteps).toHaveLength(10);
  expect(nextSteps.at(-1)).toMatch(/^\d+ more steps stand in the notice by e-mail\.$/);
  for (const step of nextSteps) expect(step.length).toBeLessThanOrEqual(1_000);
});

test('what a person typed calls no channel, makes no link and no formatting', () => {
  const reason = 'now <!channel> @here and alice@example.com `rm` <https://evil.example|click>';
  const { description } = chat(ending(succeeded(drill({ reason })))).content;
  expect(description).toContain(
    "Reason given: now &lt;!channel&gt; (at) here and alice@example.com 'rm' &lt;https://evil.example|click&gt;",
  );
});

test('whatever an execution was started with', () => {
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 9_000 }), fc.constant('\u{1f6a2}'.repeat(5_000)));
  fc.assert(
    fc.property(
      fc.record({ cluster: fc.constant('mail'), reason: anyText, requestedBy: anyText }),
      anyText,
      (input, cause) => {
        const of = failed(null, { input, error: { Error: 'X', Cause: cause } });
        const message = chatMessage(composeNotice(of, { lookError: cause }), of.execution, LOCALES.en, 'UTC');
        const text = JSON.stringify(message);
        expect(documented.parse(JSON.parse(text))).toEqual(message);
        expect(message.content.description.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
      },
    ),
    { numRuns: 100 },
  );
});
