/** The templates that the server knows, kept in the language of the moment. */

import type { ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import { type ITemplate, templates } from './request';
import type { Settings } from './settings';

const TOUR = /(^|-)tour$/;

export class Catalogue {
  constructor(
    private readonly _server: ServerConnection.ISettings,
    private readonly _settings: Settings
  ) {
    _settings.changed.connect(() => {
      if (this._lang !== _settings.lang) {
        void this.load();
      }
    });
  }

  /** Emitted when the list came, in whatever language. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is offered to a person who starts something: the templates, then the tour. */
  get offered(): readonly ITemplate[] {
    const tour = this._all.filter(({ id, kind }) => kind === 'guide' && TOUR.test(id));
    return [...this._all.filter(({ kind }) => kind === 'template'), ...tour];
  }

  find(id: string): ITemplate | undefined {
    return this._all.find(template => template.id === id);
  }

  /** Ask the server; the list stays as it was where it does not answer. */
  async load(): Promise<void> {
    const lang = this._settings.lang;
    this._lang = lang;
    try {
      const all = await templates(this._server, lang);
      if (this._lang === lang) {
        this._all = all;
        this._changed.emit();
      }
    } catch (reason) {
      console.warn('npskit: the templates could not be listed.', reason);
    }
  }

  private _all: ITemplate[] = [];
  private readonly _changed = new Signal<this, void>(this);
  private _lang = '';
}
