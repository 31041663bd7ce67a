/** One frame in the panel: its score with the interval, drawn and in words, and the cells one may insert for it. */

import * as React from 'react';

import { canAnswer, type Verb, VERBS } from './insert';
import type { IFrame } from './listing';
import type { Settings } from './settings';
import { rowsOf } from './words';

interface ICardProps {
  frame: IFrame;
  settings: Settings;
  onInsert: (verb: Verb | 'setup', frame: IFrame) => void;
  onScore: (frame: IFrame) => void;
}

export function Card({ frame, settings, onInsert, onScore }: ICardProps): React.ReactElement {
  return (
    <li className="nps-Frame" data-frame={frame.name} data-state={frame.state}>
      <h3 className="nps-Frame-title">
        <code className="nps-Frame-name">{frame.name}</code>
        <span className="nps-Frame-kind">{frame.kind}</span>
      </h3>
      {frame.headline && <p className="nps-Frame-headline">{frame.headline}</p>}
      <Strip frame={frame} />
      {frame.detail && <p className="nps-Frame-detail">{frame.detail}</p>}
      {frame.message && <p className="nps-Frame-message">{frame.message}</p>}
      <Roles frame={frame} settings={settings} />
      {frame.state === 'large' && (
        <button
          className="nps-Frame-action jp-mod-styled"
          data-action="score"
          aria-label={settings.say('score_now_for', { name: frame.name })}
          onClick={() => onScore(frame)}
        >
          {settings.say('score_now')}
        </button>
      )}
      {frame.state === 'ambiguous' ? (
        <button
          className="nps-Frame-action jp-mod-styled"
          data-action="setup"
          aria-label={settings.say('setup_for', { name: frame.name })}
          onClick={() => onInsert('setup', frame)}
        >
          {settings.say('setup')}
        </button>
      ) : (
        <Verbs frame={frame} settings={settings} onInsert={onInsert} />
      )}
    </li>
  );
}

/** The interval on the whole scale from -100 to 100; the words beside it say the same. */
function Strip({ frame }: { frame: IFrame }): React.ReactElement | null {
  const { score, lower, upper } = frame;
  if (score === null || lower === null || upper === null) {
    return null;
  }
  const at = (points: number): string => `${(points + 100) / 2}%`;
  return (
    <div className="nps-Strip" aria-hidden="true">
      <span className="nps-Strip-zero" />
      <span
        className="nps-Strip-interval"
        style={{ left: at(lower), width: `${Math.max(upper - lower, 1) / 2}%` }}
      />
      <span className="nps-Strip-score" style={{ left: at(score) }} />
    </div>
  );
}

function Roles({
  frame,
  settings
}: Pick<ICardProps, 'frame' | 'settings'>): React.ReactElement | null {
  const { rows, rating, date } = frame;
  if (rating === null && date === null && rows === null) {
    return null;
  }
  return (
    <dl className="nps-Frame-roles">
      {rating !== null && <Role word={settings.say('rating')} column={rating} />}
      {date !== null && <Role word={settings.say('date')} column={date} />}
      {rows !== null && (
        <div>
          <dd>{rowsOf(settings.lang, rows)}</dd>
        </div>
      )}
    </dl>
  );
}

function Role({ word, column }: { word: string; column: string }): React.ReactElement {
  return (
    <div>
      <dt>{word}</dt>
      <dd>
        <code>{column}</code>
      </dd>
    </div>
  );
}

function Verbs({ frame, settings, onInsert }: Omit<ICardProps, 'onScore'>): React.ReactElement {
  const { name } = frame;
  return (
    <div className="nps-Verbs" role="group" aria-label={settings.say('insert_group', { name })}>
      {VERBS.map(verb => {
        const word = settings.say(verb);
        const able = canAnswer(verb, frame);
        return (
          <button
            key={verb}
            className="nps-Verb"
            data-verb={verb}
            aria-disabled={!able}
            aria-label={settings.say('insert_for', { verb: word, name })}
            title={settings.say(able ? 'insert_for' : 'needs_dates', { verb: word, name })}
            onClick={() => able && onInsert(verb, frame)}
          >
            {word}
          </button>
        );
      })}
    </div>
  );
}
