/** A number of cores for pieces of work; what finds too few free waits in the order in which it came. */
export class Slots {
  private readonly waiting: { readonly cores: number; readonly begin: () => void }[] = [];
  private free: number;

  constructor(private readonly all: number) {
    this.free = all;
  }

  /** Never more than there are; `work` is told how many it got. */
  async use<T>(wanted: number, work: (cores: number) => Promise<T>): Promise<T> {
    const cores = Math.min(wanted, this.all);
    if (this.waiting.length === 0 && cores <= this.free) this.free -= cores;
    else await new Promise<void>((begin) => this.waiting.push({ cores, begin }));
    try {
      return await work(cores);
    } finally {
      this.free += cores;
      this.admit();
    }
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && next.cores <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.cores;
      next.begin();
    }
  }
}
