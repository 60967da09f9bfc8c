/** The seam between whatever carries a request (a socket, or a bundle in this process) and the services that answer it. */

/** A request as it came over the wire. Header names are lower case. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a carrier does with a request: answer it, or (a fault) drop the connection without an answer. */
export type Dispatch = (request: ApiRequest) => Promise<ApiResponse | 'reset'>;

/** Who calls. `administrator` is everyone from outside: the AWS CLI, SDKs with any other key. */
export type Caller =
  | { readonly kind: 'administrator' }
  /** A Lambda function, acting in its role; both by logical ID in the template. */
  | { readonly kind: 'role'; readonly roleLogicalId: string; readonly functionName: string }
  /** An AWS service acting for itself (alarms, rules that publish to a topic), by its principal. */
  | { readonly kind: 'service'; readonly principal: string };

/** An error as AWS words it: `code` and HTTP `status` are the contract, the message is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = code;
  }
}
