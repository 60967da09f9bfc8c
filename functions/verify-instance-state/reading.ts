import { InvalidInput } from '../shared/errors';
import { clusterConcerned } from '../shared/input';
import type { Cluster, Reading } from '../shared/types';
import { parseRequest } from './request';

/**
 * Reads an execution's input for all later states. What is wrong with it is handed on instead of thrown: the failure
 * notice shall say where the addresses of the cluster are that a wrong request is about.
 */
export function read(input: unknown, clusters: readonly Cluster[]): Reading {
  try {
    return { request: parseRequest(input, clusters), invalid: null };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return { request: null, invalid: { message: error.message, cluster: clusterConcerned(input, clusters) } };
  }
}
