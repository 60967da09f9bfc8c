import { timestamp } from '../../../../local/emulator/step-functions/context';

// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html: "when a timestamp has zero
// fractional seconds, trailing zeros are removed"
test.each([
  [0, '1970-01-01T00:00:00Z'],
  [10_000, '1970-01-01T00:00:10Z'],
  [100, '1970-01-01T00:00:00.1Z'],
  [120, '1970-01-01T00:00:00.12Z'],
  [10_003, '1970-01-01T00:00:10.003Z'],
])('%d ms is written as %s', (milliseconds, written) => {
  expect(timestamp(milliseconds)).toBe(written);
  expect(Date.parse(written)).toBe(milliseconds);
});
