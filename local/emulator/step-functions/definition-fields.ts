import type { StateType } from './definition';

/** Fields by the type of state, without those that all have. */
export const FIELDS: Readonly<Record<StateType, readonly string[]>> = {
  Task: ['Resource', 'Arguments', 'TimeoutSeconds', 'Retry', 'Catch', 'Assign', 'Output', 'Next', 'End'],
  Pass: ['Assign', 'Output', 'Next', 'End'],
  Choice: ['Choices', 'Default', 'Assign', 'Output'],
  Wait: ['Seconds', 'Timestamp', 'Assign', 'Output', 'Next', 'End'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
};
export const EVERY_STATE = ['Type', 'Comment', 'QueryLanguage'];
export const TOP_LEVEL = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
export const RULE = ['Condition', 'Assign', 'Output', 'Next', 'Comment'];
export const CATCHER = ['ErrorEquals', 'Assign', 'Output', 'Next', 'Comment'];
export const RETRIER = [
  ...['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'MaxDelaySeconds', 'JitterStrategy'],
  'Comment',
];
/** @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export const JSONPATH = [
  ...['InputPath', 'OutputPath', 'Parameters', 'ResultSelector', 'ResultPath', 'Result', 'Variable', 'SecondsPath'],
  ...['TimestampPath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath', 'CausePath', 'ItemsPath'],
];
