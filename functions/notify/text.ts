import { cut } from '../shared/text';

/** SNS allows 99 characters, and no line breaks or control characters. @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const SUBJECT_MAX = 99;

/**
 * A quoted text of unknown length and origin, fit for a body that stays under SNS's 256 KiB. Format characters, which could
 * turn the direction of a line or hide a part of it, are left out; control characters become spaces.
 */
export function quote(text: string, limit = 2_000): string {
  return cut(text, limit)
    .replace(/\p{Cf}+/gu, '')
    .replace(/[\p{Zl}\p{Zp}]|[^\P{Cc}\n]/gu, ' ');
}

/** The same on one line, so that no quoted text can pass for a fact of the notice. */
export function quoteLine(text: string, limit = 2_000): string {
  return quote(text, limit).replace(/\s+/g, ' ').trim();
}

/** Of a subject that is too long, what its end may have: that no standby is left, that the cluster is paused. */
const END_MAX = 25;

/**
 * A subject that SNS takes, whatever the cluster and the nodes are called. Too long, it is cut in the middle: it begins with
 * how the service stands and where, and ends with what people must not miss.
 */
export function toSubject(text: string): string {
  const line = quoteLine(text);
  if (line.length <= SUBJECT_MAX) return line;
  const begin = line.slice(0, SUBJECT_MAX - 1 - END_MAX).replace(/[\uD800-\uDBFF]$/, '');
  return `${begin}…${line.slice(-END_MAX).replace(/^[\uDC00-\uDFFF]/, '')}`;
}

/** A name for a subject, of a cluster or a node, where an address and what happened must have room beside it. */
export function cutName(name: string): string {
  return cut(name, 30);
}
