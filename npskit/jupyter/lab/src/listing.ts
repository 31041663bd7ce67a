/**
 * What a kernel tells about its frames: the expression it is asked, and its answer made safe to use.
 *
 * The arithmetic and the words are Python's (`npskit.jupyter.kernel.listing`); nothing is computed here.
 */

import type { Lang } from './words';

/** A frame with a rating, its score formatted in the language. */
export interface IFrame {
  name: string;
  kind: string;
  rows: number | null;
  rating: string | null;
  date: string | null;
  score: number | null;
  lower: number | null;
  upper: number | null;
  headline: string;
  detail: string;
  state: 'ok' | 'large' | 'ambiguous' | 'empty';
  message: string;
}

export type Answer =
  { state: 'frames'; frames: IFrame[] } | { state: 'no-npskit' } | { state: 'not-read' };

const LIBRARIES = "('pandas', 'polars', 'pyarrow', 'duckdb')";
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const STATES = new Set(['ok', 'large', 'ambiguous', 'empty']);

/** Python that lists the frames, and loads npskit only where there can be one. */
export function question(lang: Lang, score: ReadonlySet<string>): string {
  const module = "__import__('npskit.jupyter.kernel', fromlist=['listing'])";
  const wanted = score.size === 0 ? '' : `, score=${JSON.stringify([...score])}`;
  const loaded = `any(name in __import__('sys').modules for name in ${LIBRARIES})`;
  return `${module}.listing(get_ipython().user_ns, '${lang}'${wanted}) if ${loaded} else None`;
}

/** The answer to `question`, as it came back in the kernel's reply. */
export function answerOf(expressions: Record<string, unknown> | undefined): Answer {
  const reply = expressions?.frames as
    { status?: string; ename?: string; data?: Record<string, unknown> } | undefined;
  if (reply?.status === 'error') {
    return { state: reply.ename === 'ModuleNotFoundError' ? 'no-npskit' : 'not-read' };
  }
  if (reply?.data?.['text/plain'] === 'None') {
    return { state: 'frames', frames: [] };
  }
  const listing = reply?.data?.['application/json'] as { frames?: unknown } | undefined;
  if (!Array.isArray(listing?.frames)) {
    return { state: 'not-read' };
  }
  const frames = listing.frames.map(frameOf).filter(frame => frame !== null);
  return { state: 'frames', frames };
}

function frameOf(value: unknown): IFrame | null {
  const told = (value ?? {}) as Record<string, unknown>;
  const name = text(told.name);
  const state = text(told.state);
  if (!NAME.test(name) || !STATES.has(state)) {
    return null;
  }
  return {
    name,
    kind: text(told.kind),
    rows: figure(told.rows),
    rating: text(told.rating) || null,
    date: text(told.date) || null,
    score: figure(told.score),
    lower: figure(told.lower),
    upper: figure(told.upper),
    headline: text(told.headline),
    detail: text(told.detail),
    state: state as IFrame['state'],
    message: text(told.message)
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
