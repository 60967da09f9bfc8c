/**
 * The five Lambdas, each under the name of the state that calls it; Notify is called by NotifySuccess, NotifyNothingToDo
 * and NotifyFailure. `folder` is where its source lies in `functions/` and its bundle in `dist/functions/`.
 */
export const FUNCTIONS = [
  { state: 'VerifyInstanceState', folder: 'verify-instance-state' },
  { state: 'UnassignIp', folder: 'unassign-ip' },
  { state: 'AssignIp', folder: 'assign-ip' },
  { state: 'VerifyEni', folder: 'verify-eni' },
  { state: 'Notify', folder: 'notify' },
] as const;

export type FunctionName = (typeof FUNCTIONS)[number]['state'];
