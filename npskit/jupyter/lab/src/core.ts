/** What the plugins share: settings, the catalogue of templates, and the making of notebooks. */

import { type ReadonlyJSONObject, Token } from '@lumino/coreutils';

import type { Catalogue } from './catalogue';
import type { Notebooks } from './notebooks';
import type { Settings } from './settings';

export interface INps {
  readonly catalogue: Catalogue;
  readonly notebooks: Notebooks;
  readonly settings: Settings;
}

export const INps = new Token<INps>(
  'npskit:INps',
  'Settings of npskit, its templates, and the making of notebooks from them.'
);

/** The commands; their names are stable, so that shortcuts and other extensions may use them. */
export namespace CommandIDs {
  /** Make a notebook and open it: `{template?, cwd?, file?}`. */
  export const create = 'npskit:new';
  /** The default template for the selected file, or for `{path}`. */
  export const openAsReport = 'npskit:open-as-report';
  /** The explorer for the selected file, or for `{path}`. */
  export const explore = 'npskit:explore';
  export const openPanel = 'npskit:open-panel';
  /** Insert a cell into the current notebook: `{verb, frame?}`. */
  export const insert = 'npskit:insert';
  export const openSettings = 'npskit:open-settings';
}

/** What a command takes, told to whoever lists the commands. */
export function describedBy(...names: string[]): { args: ReadonlyJSONObject } {
  const properties = Object.fromEntries(names.map(name => [name, { type: 'string' }]));
  return { args: { type: 'object', properties } };
}
