import { createHash, createHmac } from 'node:crypto';
import type { ApiRequest } from '../../local/emulator/kernel/api';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * The headers that a request's signature covers, where the signature is right; undefined where it is not.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(request: ApiRequest, secretKey: string): readonly string[] | undefined {
  const { authorization = '', 'x-amz-date': time = '' } = request.headers;
  const [, date = '', region = '', service = '', names = '', signature] = AUTHORIZATION.exec(authorization) ?? [];
  const headers = names.split(';').map((name) => `${name}:${request.headers[name]?.trim() ?? ''}\n`);
  const canonical = [request.method, request.path, '', headers.join(''), names, sha256(request.body)].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretKey}`));
  return hmac(key, toSign).toString('hex') === signature ? names.split(';') : undefined;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
