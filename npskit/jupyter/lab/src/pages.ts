/** Which page we are on: JupyterLab has one for everything, Notebook 7 one for each thing. */

import { PageConfig, URLExt } from '@jupyterlab/coreutils';

/** Name of a page of Notebook 7, such as `tree` or `notebooks`; empty in JupyterLab. */
function notebookPage(): string {
  return PageConfig.getOption('notebookPage');
}

/** Whether a notebook may be open on this page. */
export function showsNotebooks(): boolean {
  return ['', 'notebooks'].includes(notebookPage());
}

/**
 * Open a notebook in a tab of the browser, where that is what the application does; false where it is not. Its own
 * opener would first build the notebook on this page, to throw it away.
 */
export function openedInTab(baseUrl: string, path: string): boolean {
  if (!notebookPage()) {
    return false;
  }
  const url = URLExt.join(baseUrl, 'notebooks', URLExt.encodeParts(path));
  if (window.open(url) === null) {
    // The browser took it for a popup.
    location.assign(url);
  }
  return true;
}
