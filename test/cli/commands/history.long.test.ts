import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { outcomeLine } from '../../../bench/outcome-line';
import { closeAll, givenAListeningCloud, type } from '../harness';
import { writeOutcomes } from '../records';

afterEach(closeAll);

test('10,000 records are written as they come, page by page', async () => {
  const driver = await givenAListeningCloud('ReadPolicy', cluster(2));
  writeOutcomes(
    driver.cloud,
    Array.from({ length: 10_000 }, (_, index) =>
      outcomeLine({ executionId: `arn:x:${index}`, outcome: 'FAILED_OVER' }),
    ),
  );
  let longest = 0;
  let rows = 0;
  const onWrite = (text: string) => {
    longest = Math.max(longest, text.length);
    rows += 1;
  };
  const { code, out } = await type(['history', '--csv'], { onWrite });
  expect(out.trimEnd().split('\r\n')).toHaveLength(10_001);
  // Head, 10,000 rows, foot: nothing is collected before it is written.
  expect(rows).toBe(10_002);
  expect(longest).toBeLessThan(1_000);
  expect(code).toBe(0);
});
