/** Npskit's part of the Jupyter server: what it lists and what it makes. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { Lang } from './words';

/** A template, or a guide to read. */
export interface ITemplate {
  id: string;
  title: string;
  caption: string;
  kind: string;
  parameters: string[];
  own: boolean;
}

/** What a new notebook is made from; paths are those of the contents manager. */
export interface IWish {
  template: string;
  cwd: string;
  file?: string;
  parameters?: PartialJSONObject;
  lang: Lang;
}

/** Why the server did not do it, in its own words where it has some. */
export class Refusal extends Error {
  /**
   * @param reason - `refused` by npskit, `unknown` where the server has no npskit, `unreachable` where nothing answers.
   */
  constructor(
    readonly reason: 'refused' | 'unknown' | 'unreachable',
    message = '',
    readonly hint = ''
  ) {
    super(message);
  }
}

/** The templates and guides, titled in the language. */
export async function templates(
  server: ServerConnection.ISettings,
  lang: Lang
): Promise<ITemplate[]> {
  const query = URLExt.objectToQueryString({ lang, kind: 'all' });
  const answer = await ask(server, `templates${query}`, {});
  if (!Array.isArray(answer)) {
    throw new Refusal('unknown');
  }
  return answer as ITemplate[];
}

/** Make a notebook; its path. */
export async function makeNotebook(
  server: ServerConnection.ISettings,
  wish: IWish
): Promise<string> {
  const answer = await ask(server, 'notebooks', { method: 'POST', body: JSON.stringify(wish) });
  const path = (answer as { path?: unknown } | null)?.path;
  if (typeof path !== 'string') {
    throw new Refusal('unknown');
  }
  return path;
}

async function ask(
  server: ServerConnection.ISettings,
  path: string,
  init: RequestInit
): Promise<unknown> {
  const url = URLExt.join(server.baseUrl, 'npskit', path);
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, server);
  } catch {
    throw new Refusal('unreachable');
  }
  const answer = (await response.json().catch(() => null)) as {
    message?: string;
    hint?: string;
  } | null;
  if (response.ok && answer !== null) {
    return answer;
  }
  if (!answer?.message) {
    throw new Refusal('unknown');
  }
  throw new Refusal('refused', answer.message, answer.hint);
}
