/** Told to a person: what did not work, and what to do about it. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { Refusal } from './request';
import type { Settings } from './settings';

/** A message with a hint below it, until it is dismissed. */
export async function showProblem(
  settings: Settings,
  title: string,
  message: string,
  hint: string
): Promise<void> {
  await showDialog({
    title,
    body: (
      <div className="nps-Problem">
        {message && <p className="nps-Problem-message">{message}</p>}
        {hint && <p className="nps-Problem-hint">{hint}</p>}
      </div>
    ),
    buttons: [Dialog.okButton({ label: settings.say('ok') })]
  });
}

/** Why a notebook was not made. */
export function showRefusal(settings: Settings, reason: unknown): Promise<void> {
  const title = settings.say('not_made');
  if (!(reason instanceof Refusal)) {
    return showProblem(settings, title, String(reason), '');
  }
  if (reason.reason === 'unreachable') {
    return showProblem(settings, title, settings.say('unreachable'), '');
  }
  if (reason.reason === 'unknown') {
    return showProblem(settings, title, settings.say('no_server'), settings.say('no_server_hint'));
  }
  const hint = reason.hint && settings.say('hint', { hint: reason.hint });
  return showProblem(settings, title, reason.message, hint);
}
