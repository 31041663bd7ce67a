/** A verb's cell, put into a notebook below the active one. */

import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import type { IFrame } from './listing';
import type { Lang } from './words';

export const VERBS = ['summary', 'trend', 'drivers', 'forecast', 'explore'] as const;
export type Verb = (typeof VERBS)[number];

const CALLS: Record<Verb | 'setup', string> = {
  summary: 'summary()',
  trend: 'trend().plot()',
  drivers: 'drivers().plot()',
  forecast: 'forecast().plot()',
  explore: 'explore()',
  // Where several columns may hold the rating, a form to say which.
  setup: 'setup()'
};
const NEED_DATES = new Set<Verb>(['trend', 'forecast']);
const IMPORTS = /^\s*(import\b[^#]*\bnpskit\b|from\s+npskit\b|%load_ext\s+npskit\b)/m;

export const EXAMPLE = 'df = npskit.read_survey("answers.csv")';
export const INSTALL = '%pip install npskit';

export function isVerb(value: unknown): value is Verb {
  return VERBS.some(verb => verb === value);
}

/** Whether the frame has what the verb asks for; of a query nobody knows before it runs. */
export function canAnswer(verb: Verb, { date, rating, state }: IFrame): boolean {
  const unseen = state === 'large' && rating === null;
  return date !== null || unseen || !NEED_DATES.has(verb);
}

/** The call of a verb on a frame: by its accessor, or through a survey where its library has none. */
export function callOf(verb: Verb | 'setup', { name, kind }: IFrame): string {
  const surveyed = /^(pandas|polars)/.test(kind) ? `${name}.nps` : `npskit.Survey(${name})`;
  return `${kind === 'survey' ? name : surveyed}.${CALLS[verb]}`;
}

/** Code that needs npskit, with its import where no cell of the notebook has one. */
export function withImport(panel: NotebookPanel, code: string, lang: Lang): string {
  const cells = Array.from(panel.content.model?.cells ?? []);
  const sources = cells.filter(({ type }) => type === 'code').map(cell => cell.sharedModel.source);
  if (sources.some(source => IMPORTS.test(source))) {
    return code;
  }
  const setup = lang === 'en' ? [] : [`npskit.set_language("${lang}")`];
  return ['import npskit', ...setup, '', code].join('\n');
}

/** Insert a cell and select it, ready to be run by Shift+Enter. */
export async function insertCell(panel: NotebookPanel, code: string): Promise<void> {
  const notebook = panel.content;
  NotebookActions.insertBelow(notebook);
  notebook.activeCell?.model.sharedModel.setSource(code);
  notebook.mode = 'command';
  notebook.activate();
  await notebook.scrollToItem(notebook.activeCellIndex);
}
