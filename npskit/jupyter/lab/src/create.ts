/** The commands that make a notebook from a template, and that open the settings. */

import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs, describedBy, type INps } from './core';
import { iconOf, npsIcon } from './icons';
import type { Settings } from './settings';

const SETTING_EDITOR = 'settingeditor:open';

export function addCreateCommand(
  commands: CommandRegistry,
  { catalogue, notebooks, settings }: INps,
  folder: () => string
): void {
  const idOf = ({ template }: ReadonlyPartialJSONObject): string =>
    typeof template === 'string' ? template : settings.defaultTemplate;
  commands.addCommand(CommandIDs.create, {
    label: args => {
      const title = catalogue.find(idOf(args))?.title ?? idOf(args);
      return args.isPalette === true ? settings.say('new', { title }) : title;
    },
    caption: args => catalogue.find(idOf(args))?.caption || settings.say('new_caption'),
    icon: args => (args.isPalette === true ? undefined : iconOf(catalogue.find(idOf(args)))),
    describedBy: describedBy('template', 'cwd', 'file'),
    execute: async args => {
      const cwd = typeof args.cwd === 'string' ? args.cwd : folder();
      const file = typeof args.file === 'string' ? args.file : undefined;
      const made = await notebooks.make(idOf(args), cwd, file);
      // What a launcher gets back takes the launcher's place.
      return args.fromLauncher === true ? made?.widget : (made?.path ?? null);
    }
  });
}

export function addSettingsCommand(commands: CommandRegistry, settings: Settings): void {
  commands.addCommand(CommandIDs.openSettings, {
    label: () => settings.say('show_settings'),
    icon: args => (args.isPalette === true ? undefined : npsIcon),
    describedBy: describedBy(),
    isVisible: () => commands.hasCommand(SETTING_EDITOR),
    execute: () => commands.execute(SETTING_EDITOR, { query: settings.say('nps') })
  });
}
