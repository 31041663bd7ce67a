/** Where the panel stands: in a side area of JupyterLab, and of the notebook pages of Notebook 7. */

import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker } from '@jupyterlab/notebook';

import { addInsertCommand, Cells } from './cells';
import { CommandIDs, describedBy, type INps } from './core';
import { KernelFrames } from './frames';
import { npsIcon } from './icons';
import { showsNotebooks } from './pages';
import { NpsPanel } from './panel';

const RANK = 900;

export function addPanel(
  app: JupyterFrontEnd,
  nps: INps,
  tracker: INotebookTracker,
  restorer: ILayoutRestorer | null
): void {
  if (!showsNotebooks()) {
    return;
  }
  const { commands, shell } = app;
  const { settings } = nps;
  const frames = new KernelFrames(tracker, settings);
  const cells = new Cells(frames, nps);
  const panel = new NpsPanel(frames, settings, {
    insertCode: code => void cells.insertCode(code),
    insertVerb: (verb, frame) => {
      void cells.insertVerb(verb, frame).then(() => panel.announce(settings.say('inserted')));
    }
  });
  let area = settings.panelArea;
  shell.add(panel, area, { rank: RANK });
  restorer?.add(panel, panel.id);
  settings.changed.connect(() => {
    if (settings.panelArea !== area) {
      area = settings.panelArea;
      shell.add(panel, area, { rank: RANK });
      shell.activateById(panel.id);
    }
  });
  addInsertCommand(commands, frames, cells, nps);
  commands.addCommand(CommandIDs.openPanel, {
    label: () => settings.say('show_panel'),
    icon: args => (args.isPalette === true ? undefined : npsIcon),
    describedBy: describedBy(),
    execute: () => {
      shell.activateById(panel.id);
    }
  });
}
