/** The frames of the current notebook's kernel, followed through executions, restarts and changes of kernel. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Answer, answerOf, type IFrame, question } from './listing';
import type { Settings } from './settings';

/** What is known; `frames` only where the state is `frames`. */
export type View =
  | Answer
  | { state: 'no-notebook' }
  | { state: 'no-kernel' }
  | { state: 'not-python' }
  | { state: 'waiting' };

const QUIET = 250;
const GONE = new Set(['dead', 'terminating']);
const STARTING = new Set(['starting', 'restarting', 'autorestarting', 'unknown']);

export class KernelFrames implements IDisposable {
  constructor(tracker: INotebookTracker, settings: Settings) {
    this._settings = settings;
    this._debouncer = new Debouncer(() => this.read(), QUIET);
    tracker.currentChanged.connect(this._follow, this);
    settings.changed.connect(this._tellAnew, this);
    this._follow(tracker, tracker.currentWidget);
  }

  /** Emitted when something to show changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The notebook that is followed. */
  get notebook(): NotebookPanel | null {
    return this._notebook;
  }

  get view(): View {
    return this._view;
  }

  get frames(): readonly IFrame[] {
    return this._view.state === 'frames' ? this._view.frames : [];
  }

  /** Whether the kernel runs code since the frames were read. */
  get isBehind(): boolean {
    return this._executed;
  }

  /** Whether somebody looks: nothing is asked of a kernel for a panel that is not shown. */
  set awake(awake: boolean) {
    this._awake = awake;
    this.refresh();
  }

  get isDisposed(): boolean {
    return this._disposed;
  }

  dispose(): void {
    this._disposed = true;
    this._debouncer.dispose();
    Signal.clearData(this);
  }

  /** Read the frames soon, unless nobody looks. */
  refresh(): void {
    if (this._awake && !this._disposed) {
      void this._debouncer.invoke();
    }
  }

  /** Read the frames now; `score` names one too large to be scored unasked. */
  async read(score?: string): Promise<void> {
    if (score !== undefined) {
      // A kernel at work, or a later question, may leave this one without an answer: the wish stays.
      this._wanted.add(score);
    }
    const round = ++this._round;
    const ran = this._ran;
    const wanted = new Set(this._wanted);
    const view = await this._ask(wanted).catch((): View => ({ state: 'not-read' }));
    // An answer of a kernel that is gone, or older than another, tells nothing.
    if (view !== null && round === this._round && !this._disposed) {
      wanted.forEach(name => this._wanted.delete(name));
      this._show(view.state === 'frames' ? this._remember(view, wanted, ran) : view);
    }
  }

  /** With the scores that were asked for before, as long as nothing ran that may have changed them. */
  private _remember(
    view: { state: 'frames'; frames: IFrame[] },
    wanted: ReadonlySet<string>,
    ran: number
  ): Answer {
    if (ran === this._ran) {
      view.frames
        .filter(({ name }) => wanted.has(name))
        .forEach(frame => this._scored.set(frame.name, frame));
    }
    const frames = view.frames.map(frame =>
      frame.state === 'large' ? (this._scored.get(frame.name) ?? frame) : frame
    );
    return { ...view, frames };
  }

  /** What the kernel answers; null where it is at work, and its being idle again will bring us back. */
  private async _ask(score: ReadonlySet<string>): Promise<View | null> {
    if (this._notebook === null) {
      return { state: 'no-notebook' };
    }
    const context = this._notebook.sessionContext;
    const kernel = context.session?.kernel;
    if (!kernel || GONE.has(kernel.status)) {
      return { state: this._opened ? 'no-kernel' : 'waiting' };
    }
    if (STARTING.has(kernel.status)) {
      return { state: 'waiting' };
    }
    if (kernel.status === 'busy') {
      this._executed = true;
      this._changed.emit();
      return null;
    }
    if ((await kernel.info).language_info.name !== 'python') {
      return { state: 'not-python' };
    }
    return this._evaluate(kernel, question(this._settings.lang, score));
  }

  private async _evaluate(
    kernel: Kernel.IKernelConnection,
    frames: string
  ): Promise<Answer | null> {
    // From here on, whatever runs runs after the question.
    this._executed = false;
    const future = kernel.requestExecute({
      allow_stdin: false,
      code: '',
      silent: true,
      store_history: false,
      user_expressions: { frames }
    });
    const { content } = await future.done;
    if (content.status === 'ok') {
      return answerOf(content.user_expressions);
    }
    if (content.status === 'error') {
      return { state: 'not-read' };
    }
    // Aborted: a cell before it failed, and took what was queued with it.
    this.refresh();
    return null;
  }

  private _show(view: View): void {
    this._view = view;
    this._changed.emit();
  }

  private _follow(_: INotebookTracker, notebook: NotebookPanel | null): void {
    if (notebook === this._notebook && notebook !== null) {
      return;
    }
    this._leave(this._notebook?.sessionContext);
    this._notebook = notebook;
    const context = notebook?.sessionContext;
    context?.kernelChanged.connect(this._restart, this);
    context?.statusChanged.connect(this._noticeStatus, this);
    context?.iopubMessage.connect(this._noticeExecution, this);
    notebook?.context.pathChanged.connect(this._emit, this);
    notebook?.disposed.connect(this._forget, this);
    this._opened = false;
    void context?.ready.then(() => this._open(notebook));
    this._restart();
  }

  private _leave(context: ISessionContext | undefined): void {
    context?.kernelChanged.disconnect(this._restart, this);
    context?.statusChanged.disconnect(this._noticeStatus, this);
    context?.iopubMessage.disconnect(this._noticeExecution, this);
    this._notebook?.context.pathChanged.disconnect(this._emit, this);
    this._notebook?.disposed.disconnect(this._forget, this);
  }

  /** Whoever opens a notebook may choose no kernel, and nothing else tells us then. */
  private _open(notebook: NotebookPanel | null): void {
    if (notebook === this._notebook) {
      this._opened = true;
      this.refresh();
    }
  }

  private _forget(): void {
    this._notebook = null;
    this._restart();
  }

  /** Another kernel, or another notebook: what was known is not true of it. */
  private _restart(): void {
    this._round++;
    this._executed = false;
    this._wanted.clear();
    this._scored.clear();
    this._show({ state: this._notebook === null ? 'no-notebook' : 'waiting' });
    this.refresh();
  }

  private _noticeStatus(_: ISessionContext, status: Kernel.Status): void {
    if (STARTING.has(status) || GONE.has(status)) {
      this._restart();
    } else if (status === 'idle' && (this._executed || this._view.state === 'waiting')) {
      this.refresh();
    }
  }

  /** Our own question is silent and publishes no input, so that it does not call for another. */
  private _noticeExecution(_: ISessionContext, message: KernelMessage.IMessage): void {
    if (message.header.msg_type === 'execute_input') {
      this._ran++;
      this._scored.clear();
      this._executed = true;
      this._changed.emit();
    }
  }

  /** In other words, perhaps of another language. */
  private _tellAnew(): void {
    this._scored.clear();
    this.refresh();
  }

  private _emit(): void {
    this._changed.emit();
  }

  private _awake = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _debouncer: Debouncer;
  private _disposed = false;
  private _executed = false;
  private _notebook: NotebookPanel | null = null;
  private _opened = false;
  private _ran = 0;
  private _round = 0;
  private readonly _scored = new Map<string, IFrame>();
  private readonly _settings: Settings;
  private _view: View = { state: 'no-notebook' };
  private readonly _wanted = new Set<string>();
}
