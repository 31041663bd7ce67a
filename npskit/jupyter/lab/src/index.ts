/**
 * NPS in JupyterLab and Notebook 7: cards, files, the frames of a kernel, and settings.
 *
 * Each plugin adds one thing where the application has a place for it: Notebook 7 has no launcher, and its pages show
 * either files or a notebook.
 */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { runWished } from './autorun';
import { Catalogue } from './catalogue';
import { INps } from './core';
import { addCreateCommand, addSettingsCommand } from './create';
import { addFileCommands, currentFolder } from './files';
import { addCards } from './launcher';
import { addMenu, addToPalette } from './menu';
import { Notebooks } from './notebooks';
import { addPanel } from './sidebar';
import { Settings } from './settings';

const core: JupyterFrontEndPlugin<INps> = {
  id: 'npskit:plugin',
  description: 'Settings of npskit, its templates, and the making of notebooks from them.',
  autoStart: true,
  provides: INps,
  optional: [ITranslator, ISettingRegistry, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    registry: ISettingRegistry | null,
    factory: IFileBrowserFactory | null
  ): INps => {
    const { commands } = app;
    const { contents, serverSettings } = app.serviceManager;
    const settings = new Settings(translator);
    const catalogue = new Catalogue(serverSettings, settings);
    const notebooks = new Notebooks(commands, serverSettings, settings, catalogue);
    const nps = { catalogue, notebooks, settings };
    addCreateCommand(commands, nps, () => currentFolder(factory, contents));
    addSettingsCommand(commands, settings);
    if (factory !== null) {
      addFileCommands(commands, factory, contents, nps);
    }
    const loaded = registry ? settings.load(registry) : Promise.resolve();
    void loaded
      .catch((reason: unknown) => console.warn('npskit: the settings could not be read.', reason))
      .then(() => catalogue.load());
    return nps;
  }
};

const cards: JupyterFrontEndPlugin<void> = {
  id: 'npskit:launcher',
  description: 'A card for each template.',
  autoStart: true,
  requires: [INps],
  optional: [ILauncher],
  activate: (_: JupyterFrontEnd, nps: INps, launcher: ILauncher | null) => {
    if (launcher !== null) {
      addCards(launcher, nps);
    }
  }
};

const panel: JupyterFrontEndPlugin<void> = {
  id: 'npskit:panel',
  description: 'The frames of the kernel, and cells for them.',
  autoStart: true,
  requires: [INps],
  optional: [INotebookTracker, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    nps: INps,
    tracker: INotebookTracker | null,
    restorer: ILayoutRestorer | null
  ) => {
    if (tracker !== null) {
      addPanel(app, nps, tracker, restorer);
    }
  }
};

const autorun: JupyterFrontEndPlugin<void> = {
  id: 'npskit:autorun',
  description: 'Runs notebooks that were just made here, where the settings say so.',
  autoStart: true,
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker | null) => {
    if (tracker !== null) {
      runWished(tracker, app.serviceManager.serverSettings.baseUrl);
    }
  }
};

const menu: JupyterFrontEndPlugin<void> = {
  id: 'npskit:menus',
  description: 'The commands in the main menu and in the palette.',
  autoStart: true,
  requires: [INps],
  optional: [IMainMenu, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    nps: INps,
    mainMenu: IMainMenu | null,
    palette: ICommandPalette | null
  ) => {
    // The commands of the panel are there once every plugin has started.
    void app.started.then(() => {
      if (mainMenu !== null) {
        addMenu(mainMenu, app.commands, nps);
      }
      if (palette !== null) {
        addToPalette(palette, app.commands, nps);
      }
    });
  }
};

export default [core, cards, panel, autorun, menu];
