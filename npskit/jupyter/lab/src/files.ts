/** Files of answers in the file browser: a notebook beside each, filled in for it. */

import { PathExt } from '@jupyterlab/coreutils';
import type { FileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs, describedBy, type INps } from './core';
import { showProblem } from './dialogs';
import { exploreIcon, npsIcon } from './icons';
import type { Key } from './words';

const ANSWERS = /\.(csv|tsv|xlsx|parquet)$/i;
const EXPLORER = 'explorer';

/** The folder that the file browser shows, as the contents manager knows it. */
export function currentFolder(
  factory: IFileBrowserFactory | null,
  contents: Contents.IManager
): string {
  return contents.localPath(factory?.tracker.currentWidget?.model.path ?? '');
}

/** The commands of the context menu, which the palette offers too. */
export function addFileCommands(
  commands: CommandRegistry,
  factory: IFileBrowserFactory,
  contents: Contents.IManager,
  nps: INps
): void {
  const add = (id: string, label: Key, template: () => string, icon: typeof npsIcon): void => {
    commands.addCommand(id, {
      label: () => nps.settings.say(label),
      caption: () => nps.settings.say(`${label}_caption` as Key),
      icon: args => (args.isPalette === true ? undefined : icon),
      describedBy: describedBy('path'),
      isVisible: () => selectedAnswers(factory.tracker.currentWidget).length > 0,
      execute: async args => {
        const browser = factory.tracker.currentWidget;
        const paths = typeof args.path === 'string' ? [args.path] : selectedAnswers(browser);
        await openEach(
          paths.map(path => contents.localPath(path)),
          template(),
          nps
        );
        await browser?.model.refresh();
      }
    });
  };
  add(CommandIDs.openAsReport, 'open_report', () => nps.settings.defaultTemplate, npsIcon);
  add(CommandIDs.explore, 'explore_file', () => EXPLORER, exploreIcon);
}

async function openEach(paths: string[], template: string, nps: INps): Promise<void> {
  const { settings, notebooks } = nps;
  if (!paths.length) {
    await showProblem(settings, settings.say('no_file'), '', settings.say('no_file_hint'));
  }
  for (const path of paths) {
    await notebooks.make(template, PathExt.dirname(path), path);
  }
}

function selectedAnswers(browser: FileBrowser | null): string[] {
  const items = Array.from(browser?.selectedItems() ?? []);
  return items
    .filter(({ type, name }) => type !== 'directory' && ANSWERS.test(name))
    .map(({ path }) => path);
}
