/** The same commands in the main menu and in the palette, which keyboards and screen readers reach. */

import type { ICommandPalette } from '@jupyterlab/apputils';
import type { IMainMenu } from '@jupyterlab/mainmenu';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableSet } from '@lumino/disposable';
import { Menu } from '@lumino/widgets';

import { CommandIDs, type INps } from './core';
import { VERBS } from './insert';

const RANK = 75;

/** A menu NPS: new notebooks, cells to insert, the panel and the settings. */
export function addMenu(mainMenu: IMainMenu, commands: CommandRegistry, nps: INps): void {
  const { catalogue, settings } = nps;
  const [menu, templates, cells] = [0, 1, 2].map(() => new Menu({ commands }));
  menu.id = 'jp-mainmenu-nps';
  const update = (): void => {
    menu.title.label = settings.say('nps');
    templates.title.label = settings.say('new_menu');
    cells.title.label = settings.say('insert_menu');
    templates.clearItems();
    for (const { id } of catalogue.offered) {
      templates.addItem({ command: CommandIDs.create, args: { template: id, short: true } });
    }
  };
  for (const verb of VERBS) {
    cells.addItem({ command: CommandIDs.insert, args: { verb, short: true } });
  }
  menu.addItem({ type: 'submenu', submenu: templates });
  if (commands.hasCommand(CommandIDs.insert)) {
    menu.addItem({ type: 'submenu', submenu: cells });
    menu.addItem({ command: CommandIDs.openPanel });
  }
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.openSettings });
  catalogue.changed.connect(update);
  settings.changed.connect(update);
  update();
  mainMenu.addMenu(menu, false, { rank: RANK });
}

/** All commands in the palette, under NPS. */
export function addToPalette(palette: ICommandPalette, commands: CommandRegistry, nps: INps): void {
  const { catalogue, settings } = nps;
  let items = new DisposableSet();
  const update = (): void => {
    items.dispose();
    const templates = catalogue.offered.map(({ id }) => ({
      command: CommandIDs.create,
      args: { template: id, isPalette: true }
    }));
    const verbs = VERBS.map(verb => ({ command: CommandIDs.insert, args: { verb } }));
    const others = [
      CommandIDs.openAsReport,
      CommandIDs.explore,
      CommandIDs.openPanel,
      CommandIDs.openSettings
    ].map(command => ({ command, args: { isPalette: true } }));
    const category = settings.say('nps');
    items = DisposableSet.from(
      [...templates, ...verbs, ...others]
        .filter(({ command }) => commands.hasCommand(command))
        .map(item => palette.addItem({ ...item, category }))
    );
  };
  catalogue.changed.connect(update);
  settings.changed.connect(update);
  update();
}
