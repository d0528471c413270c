/** DuckDB, kept open for the small questions of the target: opening one takes longer than they do. */
import { Database } from '../../runtime/steps/database';

export class Tables {
  private constructor(
    readonly db: Database,
    private readonly leave: () => void,
  ) {}

  static open(): Promise<Tables> {
    return new Promise((resolve, reject) => {
      Database.use((db) => new Promise<void>((leave) => resolve(new Tables(db, leave)))).catch(reject);
    });
  }

  close(): void {
    this.leave();
  }
}
