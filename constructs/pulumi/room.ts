/** Room: a component that holds the parts of one noun, and names them. */
import { ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';

/** `mlops:<target>:<Noun>`, such as `mlops:gcp:Endpoint`. */
export type RoomType = `mlops:${string}:${string}`;

/**
 * Pulumi tells resources apart by type and logical name alone, wherever they stand. So what stands in a room is named by its path,
 * `shop/endpoints/online/bucket`: one noun more touches no other, and an alias of a room is one of all that stands in it.
 */
export abstract class Room extends ComponentResource {
  readonly #path: string;

  /** @param path - its own logical name: what the caller calls it, or `named()` of the room that it stands in */
  constructor(type: RoomType, path: string, options: ComponentResourceOptions = {}) {
    super(type, path, {}, options);
    this.#path = path;
  }

  /** Logical name of a part. */
  protected named(part: string): string {
    return `${this.#path}/${part}`;
  }
}
