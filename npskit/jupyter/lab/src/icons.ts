/** Our icons: greys that follow Lab's theme, and the colours of our charts, which read on light and on dark. */

import { LabIcon } from '@jupyterlab/ui-components';

import drivers from '../style/icons/drivers.svg';
import explorer from '../style/icons/explorer.svg';
import forecast from '../style/icons/forecast.svg';
import growth from '../style/icons/growth.svg';
import nps from '../style/icons/nps.svg';
import own from '../style/icons/own.svg';
import report from '../style/icons/report.svg';
import segments from '../style/icons/segments.svg';
import tour from '../style/icons/tour.svg';
import type { ITemplate } from './request';

/** The mark of npskit in one colour, for tabs and menus. */
export const npsIcon = new LabIcon({ name: 'npskit:nps', svgstr: nps });
export const exploreIcon = new LabIcon({ name: 'npskit:explorer', svgstr: explorer });

const reportIcon = new LabIcon({ name: 'npskit:report', svgstr: report });
const ownIcon = new LabIcon({ name: 'npskit:own', svgstr: own });

const ICONS: Record<string, LabIcon | undefined> = {
  'health-check': reportIcon,
  segments: new LabIcon({ name: 'npskit:segments', svgstr: segments }),
  'drivers-and-priorities': new LabIcon({ name: 'npskit:drivers', svgstr: drivers }),
  forecast: new LabIcon({ name: 'npskit:forecast', svgstr: forecast }),
  growth: new LabIcon({ name: 'npskit:growth', svgstr: growth }),
  explorer: exploreIcon,
  tour: new LabIcon({ name: 'npskit:tour', svgstr: tour })
};

/** The icon of a template; one for all of an organisation's own. */
export function iconOf(template: ITemplate | undefined): LabIcon {
  if (template?.own) {
    return ownIcon;
  }
  return ICONS[template?.kind === 'guide' ? 'tour' : (template?.id ?? '')] ?? reportIcon;
}
