import { Pauses } from '../../../cli/collect/pauses';

const paused = (detail: string) => [{ severity: 'warning' as const, code: 'PAUSED' as const, detail }];

test('a pause lasts from the first record that met it to the last', () => {
  const pauses = new Pauses();
  pauses.add({ cluster: 'mail', at: 1, findings: paused('kernel'), why: null });
  pauses.add({ cluster: 'web', at: 2, findings: [], why: null });
  pauses.add({ cluster: 'mail', at: 3, findings: paused('kernel'), why: null });
  pauses.add({ cluster: 'mail', at: 4, findings: [], why: null });
  pauses.add({ cluster: 'mail', at: 5, findings: paused('kernel'), why: null });
  pauses.add({ cluster: 'mail', at: 6, findings: paused('disk'), why: null });
  expect(pauses.seen).toEqual([
    { cluster: 'mail', text: 'kernel', before: null, first: 1, last: 3 },
    { cluster: 'mail', text: 'kernel', before: 4, first: 5, last: 5 },
    { cluster: 'mail', text: 'disk', before: 5, first: 6, last: 6 },
  ]);
});
