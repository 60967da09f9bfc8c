import type { Cloud } from '../../local/emulator/cloud';

/** A record of an outcome as Notify logs it; what is not given is that of a plain failover of the cluster mail. */
export function outcomeLine(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    level: 'INFO',
    message: 'outcome',
    service: 'notify',
    executionId: 'arn:aws:states:us-east-1:123456789012:express:m:n:u',
    schemaVersion: 2,
    outcome: 'FAILED_OVER',
    cluster: 'mail',
    mode: 'failover',
    trigger: 'event',
    why: 'HOLDER_UNHEALTHY',
    addresses: ['10.0.0.5'],
    from: 'i-0a1b2c3d4e5f60001',
    to: 'i-0a1b2c3d4e5f60002',
    startTime: new Date().toISOString(),
    outageMs: 2_000,
    tookMs: 1_000,
    darkTimeMs: 300,
    status: 'OK',
    findings: [],
    told: true,
    repetition: false,
    ...fields,
  });
}

/** Writes these lines into the log of Notify, now. */
export function writeOutcomes({ template, timeline }: Cloud, lines: readonly string[]): void {
  const group = template.ofType('AWS::Logs::LogGroup').find(({ logicalId }) => logicalId.includes('Notify'));
  for (const line of lines) timeline.add({ type: 'log', group: group?.physicalId ?? '', line });
}
