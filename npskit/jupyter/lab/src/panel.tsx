/** The side panel: the frames of the current notebook, or in words why there are none. */

import { ReactWidget, refreshIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { Card } from './card';
import type { KernelFrames, View } from './frames';
import { npsIcon } from './icons';
import { EXAMPLE, INSTALL, type Verb } from './insert';
import type { IFrame } from './listing';
import type { Settings } from './settings';
import type { Key } from './words';

/** Milliseconds in which a line can be read, or read out, whatever the kernel does meanwhile. */
const READING = 4000;

/** What the panel asks to be done. */
export interface IPanelActions {
  insertVerb: (verb: Verb | 'setup', frame: IFrame) => void;
  insertCode: (code: string) => void;
}

/** Said where there is no frame: what is missing, what to do, and the code that does it. */
const EMPTY: Record<Exclude<View['state'], 'frames'> | 'no-frames', [Key, Key?, string?]> = {
  'no-notebook': ['no_notebook', 'no_notebook_hint'],
  'no-kernel': ['no_kernel', 'no_kernel_hint'],
  'not-python': ['not_python', 'not_python_hint'],
  'no-npskit': ['no_npskit', 'no_npskit_hint', INSTALL],
  'no-frames': ['no_frames', 'no_frames_hint', EXAMPLE],
  'not-read': ['not_read', 'not_read_hint'],
  waiting: ['waiting']
};

export class NpsPanel extends ReactWidget {
  constructor(
    private readonly _frames: KernelFrames,
    private readonly _settings: Settings,
    private readonly _actions: IPanelActions
  ) {
    super();
    this.id = 'nps-panel';
    this.addClass('nps-Panel');
    this.title.icon = npsIcon;
    this.node.setAttribute('role', 'region');
    _settings.changed.connect(this._retitle, this);
    _frames.changed.connect(this._refresh, this);
    this._retitle();
  }

  /** Say what was done, to those who see and to those who listen, until it was read and the frames change. */
  announce(text: string): void {
    window.clearTimeout(this._reading);
    this._said = text;
    this._isOutdated = false;
    this._reading = window.setTimeout(this._wasRead, READING);
    this.update();
  }

  dispose(): void {
    window.clearTimeout(this._reading);
    this._settings.changed.disconnect(this._retitle, this);
    this._frames.dispose();
    super.dispose();
  }

  protected render(): React.ReactElement {
    const { view } = this._frames;
    return (
      <>
        {this._renderHeader()}
        <p className="nps-Panel-status" role="status">
          {this._status}
        </p>
        {view.state === 'frames' && view.frames.length > 0
          ? this._renderFrames(view.frames)
          : this._renderEmpty(view.state === 'frames' ? 'no-frames' : view.state)}
      </>
    );
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._frames.awake = this.isVisible;
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._frames.awake = true;
  }

  protected onBeforeHide(message: Message): void {
    this._frames.awake = false;
    super.onBeforeHide(message);
  }

  protected onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('button')?.focus();
  }

  private _renderHeader(): React.ReactElement {
    const refresh = this._say('refresh');
    return (
      <header className="nps-Panel-header">
        <h2 className="nps-Panel-title">{this._say('nps')}</h2>
        <button
          className="nps-Panel-refresh jp-mod-styled jp-mod-minimal"
          aria-label={refresh}
          title={refresh}
          onClick={() => void this._frames.read()}
        >
          <refreshIcon.react tag="span" />
        </button>
      </header>
    );
  }

  private _renderFrames(frames: readonly IFrame[]): React.ReactElement {
    return (
      <ul className="nps-Frames" aria-label={this._say('frames')}>
        {frames.map(frame => (
          <Card
            key={frame.name}
            frame={frame}
            settings={this._settings}
            onInsert={this._actions.insertVerb}
            onScore={({ name }) => void this._frames.read(name)}
          />
        ))}
      </ul>
    );
  }

  private _renderEmpty(state: keyof typeof EMPTY): React.ReactElement {
    const [title, hint, code] = EMPTY[state];
    return (
      <div className="nps-Empty" data-state={state}>
        <p className="nps-Empty-title">{this._say(title)}</p>
        {hint && <p className="nps-Empty-hint">{this._say(hint)}</p>}
        {code && (
          <>
            <pre className="nps-Empty-code">{code}</pre>
            <button
              className="nps-Empty-insert jp-mod-styled"
              onClick={() => this._actions.insertCode(code)}
            >
              {this._say('insert_this')}
            </button>
          </>
        )}
      </div>
    );
  }

  /** What was just done, else that the kernel is at work, else whose frames these are. */
  private get _status(): string {
    if (this._said) {
      return this._said;
    }
    if (this._frames.isBehind) {
      return this._say('follows');
    }
    return this._frames.frames.length > 0 ? this._say('frames') : '';
  }

  private _say(key: Key): string {
    return this._settings.say(key, { notebook: this._frames.notebook?.title.label ?? '' });
  }

  private _refresh(): void {
    this._isOutdated = true;
    if (this._reading === 0) {
      this._said = '';
    }
    this.update();
  }

  private readonly _wasRead = (): void => {
    this._reading = 0;
    if (this._isOutdated) {
      this._refresh();
    }
  };

  private _retitle(): void {
    const name = this._settings.say('nps');
    this.title.caption = name;
    this.node.setAttribute('aria-label', name);
    this.update();
  }

  private _isOutdated = false;
  private _reading = 0;
  private _said = '';
}
