/** A line of Notify's log: the record of a plain failover, as long as they are. */
export function outcomeLine(executionId: string): string {
  return JSON.stringify({
    level: 'INFO',
    message: 'outcome',
    service: 'notify',
    timestamp: new Date(0).toISOString(),
    schemaVersion: 2,
    executionId,
    outcome: 'FAILED_OVER',
    cluster: 'mail',
    mode: 'failover',
    trigger: 'event',
    why: 'HOLDER_UNHEALTHY',
    addresses: ['10.0.0.5'],
    from: 'i-0a1b2c3d4e5f60001',
    to: 'i-0a1b2c3d4e5f60002',
    eventTime: new Date(0).toISOString(),
    eventId: '11111111-2222-4333-8444-555555555555',
    startTime: new Date(0).toISOString(),
    outageMs: 2_000,
    tookMs: 1_000,
    darkTimeMs: 300,
    status: 'OK',
    findings: [],
    told: true,
    repetition: false,
  });
}
