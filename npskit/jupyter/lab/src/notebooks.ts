/** Notebooks made from templates: asked from the server, opened, and run where the person said so in the settings. */

import type { ServerConnection } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { wishToRun } from './autorun';
import type { Catalogue } from './catalogue';
import { showRefusal } from './dialogs';
import { openedInTab } from './pages';
import { makeNotebook } from './request';
import type { Settings } from './settings';

/** A notebook that was made, and where it is seen; it may be another tab of the browser. */
export interface IMade {
  path: string;
  widget: Widget | null;
}

export class Notebooks {
  constructor(
    private readonly _commands: CommandRegistry,
    private readonly _server: ServerConnection.ISettings,
    private readonly _settings: Settings,
    private readonly _catalogue: Catalogue
  ) {}

  /** Make a notebook in a folder, for a file or for none, and open it; null where it was refused. */
  async make(template: string, cwd: string, file?: string): Promise<IMade | null> {
    const wish = { template, cwd, file, parameters: this._parameters(template) };
    let path: string;
    try {
      path = await makeNotebook(this._server, { ...wish, lang: this._settings.lang });
    } catch (reason) {
      await showRefusal(this._settings, reason);
      return null;
    }
    if (this._settings.autoRun) {
      wishToRun(this._server.baseUrl, path);
    }
    if (!openedInTab(this._server.baseUrl, path)) {
      const opened: unknown = await this._commands.execute('docmanager:open', {
        path,
        factory: 'Notebook'
      });
      return { path, widget: opened instanceof Widget ? opened : null };
    }
    return { path, widget: null };
  }

  /** What the settings say that the template asks for. */
  private _parameters(template: string): PartialJSONObject {
    const asked = this._catalogue.find(template)?.parameters ?? [];
    return asked.includes('min_responses')
      ? { min_responses: Math.max(1, this._settings.privacyThreshold) }
      : {};
  }
}
