/** Whether two programs ask for the same resources, whatever they call them and wherever these stand. */
import { createHash } from 'node:crypto';
import { opened } from '../../testing/embedded';
import { mapTexts, sorted, type Json } from '../../testing/json';
import { labelOf } from '../../test/pulumi/readable-values';
import type { Recorded, Registration } from '../../test/pulumi/record';

/** What differs, type by type; nothing where they are alike. */
export function differences(one: Recorded, other: Recorded): readonly string[] {
  const [ours, theirs] = [new Told(one), new Told(other)];
  const types = new Set([...ours.byType.keys(), ...theirs.byType.keys(), 'outputs']);
  return [...types].sort().flatMap((type) => {
    const [wanted, got] = [ours.byType.get(type) ?? [], theirs.byType.get(type) ?? []];
    const left = without(wanted, got).map((each) => `- ${type} ${each}`);
    return [...left, ...without(got, wanted).map((each) => `+ ${type} ${each}`)];
  });
}

/** As often as it is there. */
function without(from: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...from];
  for (const each of others) {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

/** A program's resources as text, each named by what it is made of: its type, its inputs, and so on for those that it refers to. */
class Told {
  readonly byType = new Map<string, string[]>();
  private readonly resources: ReadonlyMap<string, Registration>;
  private readonly keys = new Map<string, string>();

  constructor({ resources, outputs }: Recorded) {
    const own = resources.filter(({ custom }) => custom);
    this.resources = new Map(own.map((each) => [labelOf(each.urn), each]));
    for (const each of own) this.byType.set(each.type, [...(this.byType.get(each.type) ?? []), this.text(each)]);
    this.byType.set('outputs', [JSON.stringify(sorted(this.renamed(outputs)))]);
  }

  private text({ inputs, options }: Registration): string {
    const { dependsOn = [], ...others } = options;
    const after = dependsOn.map((label) => this.keyOf(label)).sort();
    return JSON.stringify(sorted({ inputs: this.renamed(inputs), options: others as unknown as Json, after }));
  }

  private renamed(value: Json): Json {
    const texts = mapTexts(value, (text) =>
      text
        .replace(/\$\{([^{}]+)\}/g, (reference, path: string) => {
          const label = [...this.resources.keys()].filter((each) => path.startsWith(`${each}.`)).sort(longest)[0];
          return label === undefined ? reference : `\${${this.keyOf(label)}${path.slice(label.length)}}`;
        })
        // Over all that refers to others, and so over their names.
        .replace(/("deployment":")[0-9a-f]{16}"/g, '$1…"'),
    );
    return opened(texts);
  }

  private keyOf(label: string): string {
    const known = this.keys.get(label);
    if (known !== undefined) return known;
    const { type, inputs } = this.resources.get(label)!;
    const text = JSON.stringify(sorted(this.renamed(inputs)));
    const key = `${type.split(':').at(-1)} ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    this.keys.set(label, key);
    return key;
  }
}

const longest = (a: string, b: string): number => b.length - a.length;
