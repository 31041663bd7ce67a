/** The section NPS of the launcher: a card for the tour and for each template. */

import type { ILauncher } from '@jupyterlab/launcher';
import { DisposableSet } from '@lumino/disposable';

import { CommandIDs, type INps } from './core';

/** Keep the cards as the catalogue has them, in its language. */
export function addCards(launcher: ILauncher, { catalogue, settings }: INps): void {
  let cards = new DisposableSet();
  const update = (): void => {
    cards.dispose();
    cards = DisposableSet.from(
      catalogue.offered.map(({ id }, rank) =>
        launcher.add({
          command: CommandIDs.create,
          category: settings.say('nps'),
          args: { template: id, fromLauncher: true },
          rank
        })
      )
    );
  };
  catalogue.changed.connect(update);
  update();
}
