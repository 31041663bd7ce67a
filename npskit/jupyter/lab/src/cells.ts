/** The commands that put a verb's cell into the current notebook. */

import { InputDialog } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs, describedBy, type INps } from './core';
import { showProblem } from './dialogs';
import type { KernelFrames } from './frames';
import { callOf, EXAMPLE, insertCell, isVerb, type Verb, VERBS, withImport } from './insert';
import type { IFrame } from './listing';

/** Insert cells into the notebook that the frames are of. */
export class Cells {
  constructor(
    private readonly _frames: KernelFrames,
    private readonly _nps: INps
  ) {}

  async insertVerb(verb: Verb | 'setup', frame: IFrame): Promise<void> {
    const panel = this._frames.notebook;
    if (panel !== null) {
      await insertCell(panel, withImport(panel, callOf(verb, frame), this._nps.settings.lang));
    }
  }

  /** The code that reads an export, with the import it needs. */
  async insertCode(code: string): Promise<void> {
    const panel = this._frames.notebook;
    if (panel !== null) {
      const lang = this._nps.settings.lang;
      await insertCell(panel, code === EXAMPLE ? withImport(panel, code, lang) : code);
    }
  }

  /** The frame of a name; without one, the only frame there is, or the one a person chooses. */
  async choose(name: unknown): Promise<IFrame | null> {
    const { settings } = this._nps;
    await this._frames.read();
    const frames = this._frames.frames.filter(({ state }) => state !== 'ambiguous');
    if (!frames.length) {
      const notebook = this._frames.notebook?.title.label ?? '';
      const [title, hint] = [
        settings.say('no_frames', { notebook }),
        settings.say('no_frames_hint')
      ];
      await showProblem(settings, title, '', hint);
      return null;
    }
    if (typeof name === 'string' || frames.length === 1) {
      return frames.find(frame => frame.name === name) ?? frames[0];
    }
    const chosen = await InputDialog.getItem({
      title: settings.say('choose_frame'),
      items: frames.map(frame => frame.name),
      okLabel: settings.say('ok'),
      cancelLabel: settings.say('cancel')
    });
    return frames.find(frame => frame.name === chosen.value) ?? null;
  }
}

export function addInsertCommand(
  commands: CommandRegistry,
  frames: KernelFrames,
  cells: Cells,
  { settings }: INps
): void {
  const verbOf = (verb: unknown): Verb => (isVerb(verb) ? verb : VERBS[0]);
  commands.addCommand(CommandIDs.insert, {
    label: args => {
      const verb = settings.say(verbOf(args.verb));
      return args.short === true ? verb : settings.say('insert', { verb });
    },
    describedBy: describedBy('verb', 'frame'),
    isEnabled: () => frames.notebook !== null,
    execute: async args => {
      const frame = await cells.choose(args.frame);
      if (frame !== null) {
        await cells.insertVerb(verbOf(args.verb), frame);
      }
    }
  });
}
