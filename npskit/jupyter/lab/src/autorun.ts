/**
 * Running a notebook that was just made here, where the settings say so.
 *
 * The notebook may open in another tab of the browser (Notebook 7), which must know. The wish is kept in the browser's
 * own storage, for one minute and for one opening; never in the notebook, since a notebook that asks to be run by
 * whoever opens it is what trust is there to prevent.
 */

import { type INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

const PREFIX = 'npskit:run:';
const LIFETIME = 60_000;

/** The key of a notebook; several servers may share one origin behind JupyterHub. */
function keyOf(baseUrl: string, path: string): string {
  return `${PREFIX}${new URL(baseUrl, location.href).pathname}${path}`;
}

/** Wish that the notebook be run when it opens next, if that is within a minute. */
export function wishToRun(baseUrl: string, path: string): void {
  forgetOldWishes();
  localStorage.setItem(keyOf(baseUrl, path), String(Date.now()));
}

/** Whether there was a fresh wish for the notebook when it opened; it is used up. */
function takeWish(baseUrl: string, path: string, opened: number): boolean {
  const key = keyOf(baseUrl, path);
  const since = localStorage.getItem(key);
  localStorage.removeItem(key);
  return since !== null && isFresh(since, opened);
}

/** Run every notebook that opens with a wish. */
export function runWished(tracker: INotebookTracker, baseUrl: string): void {
  tracker.widgetAdded.connect((_, panel) => void runIfWished(panel, baseUrl, Date.now()));
}

async function runIfWished(panel: NotebookPanel, baseUrl: string, opened: number): Promise<void> {
  await panel.revealed;
  await panel.context.ready;
  await panel.sessionContext.ready;
  // A notebook may be built on one page to be shown on another: the wish waits for the one that is shown.
  if (panel.isAttached && takeWish(baseUrl, panel.context.path, opened)) {
    await NotebookActions.runAll(panel.content, panel.sessionContext);
  }
}

function isFresh(since: string, now: number): boolean {
  const age = now - Number(since);
  return age >= 0 && age < LIFETIME;
}

function forgetOldWishes(): void {
  const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? '');
  for (const key of keys.filter(key => key.startsWith(PREFIX))) {
    if (!isFresh(localStorage.getItem(key) ?? '', Date.now())) {
      localStorage.removeItem(key);
    }
  }
}
