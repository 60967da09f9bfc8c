import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { z } from 'zod';
import { composeNotice } from '../../functions/notify/compose';
import { outcomeEvent } from '../../functions/notify/outcome-event';
import { type OutcomeRecord, outcomeRecord } from '../../functions/notify/record';
import { OUTCOME_JSON_SCHEMA_FILE, outcomeJsonSchemaText, outcomeSchema } from '../../infra/outcome-schema';
import { failed } from '../functions/notify/builders';
import { ENDINGS, type Ending } from '../functions/notify/endings';

/** What the schema leaves open: a program must not break on a new finding. */
type Loose = 'findings' | 'addresses' | 'schemaVersion';
type Parsed = z.output<typeof outcomeSchema>;
type Written = Omit<OutcomeRecord, Loose> & Pick<Parsed, Loose>;
type Same = Parsed extends Written ? (Written extends Parsed ? true : false) : false;

test('the schema and the type have the same fields, or this does not compile', () => {
  const same: Same = true;
  expect(same).toBe(true);
  expect(Object.keys(outcomeSchema.shape)).toEqual(Object.keys(detailOf(first()).detail));
});

function first(): Ending {
  const [ending] = ENDINGS;
  if (ending === undefined) throw new Error('There are no endings.');
  return ending;
}

function detailOf({ input, looked }: Ending, silence: Parameters<typeof outcomeRecord>[2] = null) {
  const event = outcomeEvent(outcomeRecord(input, composeNotice(input, looked), silence));
  const detail: unknown = JSON.parse(event.Detail);
  return { event, detail: Object.fromEntries(Object.entries(Object(detail))) };
}

test.each(ENDINGS.map((each) => [each.title, each] as const))(
  '%s: its event is as the schema says',
  (_title, ending) => {
    for (const silence of [null, 'NOT_WANTED', 'CHECK_FAILED', 'OVERTAKEN'] as const) {
      const { event, detail } = detailOf(ending, silence);
      expect(outcomeSchema.parse(detail)).toEqual(detail);
      expect(event).toMatchObject({ Source: 'vip-failover', DetailType: 'Virtual IP Failover Outcome' });
      expect(event.Resources).toEqual([ending.input.execution.id]);
    }
  },
);

test('whatever an execution was started with', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20_000 }),
    fc.constantFrom('\uD83D'.repeat(5_000), '\u{1f6a2}'.repeat(5_000)),
  );
  const junk = fc.record({ cluster: fc.constantFrom('mail', 'x'), time: anyText, 'detail-type': anyText, id: anyText });
  fc.assert(
    fc.property(fc.oneof(junk, fc.anything()), anyText, anyText, (input, name, cause) => {
      const of = failed(null, { input, error: { Error: name, Cause: cause } });
      const { detail, event } = detailOf({ title: '', looked: null, input: of });
      expect(outcomeSchema.parse(detail)).toEqual(detail);
      // EventBridge takes less than 256 KiB.
      expect(Buffer.byteLength(event.Detail)).toBeLessThan(200 * 1024);
    }),
    { numRuns: 200 },
  );
});

test('outcome.schema.json is what the schema makes (npm run schema writes it)', () => {
  expect(readFileSync(OUTCOME_JSON_SCHEMA_FILE, 'utf8')).toBe(outcomeJsonSchemaText());
});
