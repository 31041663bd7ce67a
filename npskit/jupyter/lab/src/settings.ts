/** What a person chose in the settings editor, with the language resolved. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITranslator } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Key, type Lang, langOf, say } from './words';

export type Area = 'left' | 'right';

const PLUGIN = 'npskit:plugin';

/** Settings as they are now; the defaults until they are read, and where there is no registry. */
export class Settings {
  constructor(translator: ITranslator | null) {
    this._host = langOf(translator?.languageCode ?? 'en');
  }

  /** Emitted whenever a setting changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get lang(): Lang {
    const chosen = this._values?.composite.language;
    return chosen === 'en' || chosen === 'fr' ? chosen : this._host;
  }

  get defaultTemplate(): string {
    const chosen = this._values?.composite.defaultTemplate;
    return typeof chosen === 'string' && chosen ? chosen : 'health-check';
  }

  get autoRun(): boolean {
    return this._values?.composite.autoRun === true;
  }

  /** The fewest responses of a group that is shown; 0 shows all. */
  get privacyThreshold(): number {
    const chosen = this._values?.composite.privacyThreshold;
    return typeof chosen === 'number' ? chosen : 10;
  }

  get panelArea(): Area {
    return this._values?.composite.panelArea === 'left' ? 'left' : 'right';
  }

  /** Words in the language of the moment. */
  say(key: Key, values?: Record<string, string>): string {
    return say(this.lang, key, values);
  }

  async load(registry: ISettingRegistry): Promise<void> {
    registry.transform(PLUGIN, { fetch: plugin => this._translated(plugin) });
    this._values = await registry.load(PLUGIN);
    this._values.changed.connect(() => this._changed.emit());
    this._changed.emit();
  }

  /**
   * The schema with its titles in Lab's language. The server takes those from a language pack only, which an extension
   * cannot add to.
   */
  private _translated(plugin: ISettingRegistry.IPlugin): ISettingRegistry.IPlugin {
    const lang = this._host;
    const properties = Object.entries(plugin.schema.properties ?? {}).map(([name, property]) => {
      const told = (part: string): string => say(lang, `setting_${name}_${part}` as Key);
      const choices = (property.oneOf as { const: string }[] | undefined)?.map(choice => ({
        ...choice,
        title: told(choice.const)
      }));
      const words = { title: told('title'), description: told('description') };
      return [name, { ...property, ...words, ...(choices && { oneOf: choices }) }];
    });
    const schema = {
      ...plugin.schema,
      title: say(lang, 'setting_title'),
      description: say(lang, 'setting_description'),
      properties: Object.fromEntries(properties) as ISettingRegistry.ISchema['properties']
    };
    return { ...plugin, schema };
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _host: Lang;
  private _values: ISettingRegistry.ISettings | null = null;
}
