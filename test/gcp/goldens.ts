/** A recorded program as goldens: one file for each noun, short enough that a person reads it. */
import { documents, readable } from '../pulumi/readable';
import { labelOf } from '../pulumi/readable-values';
import type { Recorded, Registration } from '../pulumi/record';
import { gcpSchema } from './used-types';

/** What belongs together, by logical name; the first that fits. `false` has a golden elsewhere. */
export type Rooms = readonly (readonly [fits: RegExp, room: string | false])[];

/** Text by room; what fits none of them is in `others`. Documents of more than some lines stand below what holds them. */
export function goldensOf({ resources, outputs }: Recorded, rooms: Rooms): ReadonlyMap<string, string> {
  const recorded = { resources: resources.map(lasting), outputs };
  const roomOf = ({ name }: Registration) => rooms.find(([fits]) => fits.test(name))?.[1] ?? 'others';
  const names = [...new Set(resources.map(roomOf))].filter((room) => room !== false);
  const whole = Object.entries(documents(recorded, [gcpSchema()]));
  return new Map(
    names.map((room) => {
      const labels = resources.filter((each) => roomOf(each) === room).map(({ urn }) => labelOf(urn));
      const held = whole.filter(([place]) =>
        labels.some((label) => place.startsWith(`${label} `) || place.startsWith(`${label}.`)),
      );
      const text = readable(recorded, [gcpSchema()], (each) => roomOf(each) === room);
      return [room, [text, ...held.map(([place, document]) => `# ${place}\n${document}`)].join('\n')];
    }),
  );
}

/** Documents of pipelines and specs are reviewed where they are made; what changes with whatever is in image and program is left out. */
function lasting(each: Registration): Registration {
  const { content, source } = each.inputs as { content?: unknown; source?: unknown };
  const isDocument = content !== undefined && JSON.stringify(content).length > 1000;
  const inputs = {
    ...each.inputs,
    ...(isDocument && { content: '<document>' }),
    ...(/\/context$/.test(each.name) && source !== undefined && { source: '<build context>' }),
  };
  const text = JSON.stringify(inputs).replaceAll(/(deployment|revision)(\W+)[0-9a-f]{8,16}/g, '$1$2<$1>');
  return { ...each, inputs: JSON.parse(text) as Registration['inputs'] };
}
