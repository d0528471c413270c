/** The few schedules that Model Monitor understands. */
import { show, when, type Problem } from '../spec/problem';

/** Hours between two runs; `undefined` where it is not one of them. */
export function scheduleHours(schedule: string): number | undefined {
  const [, hour, , every] = /^cron\(0 (\*|([01]?\d|2[0-3])(?:\/(\d{1,2}))?) \? \* \* \*\)$/.exec(schedule) ?? [];
  if (hour === undefined) return undefined;
  if (hour === '*') return 1;
  const hours = every === undefined ? 24 : Number(every);
  return hours >= 1 && hours <= 24 ? hours : undefined;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html */
export function checkSchedule(schedule: string, path: string): Problem[] {
  return when(scheduleHours(schedule) === undefined, {
    path,
    got: show(schedule),
    expected: 'cron(0 * ? * * *), cron(0 H ? * * *), or cron(0 H/N ? * * *) with H from 0 to 23 and N from 1 to 24',
    fix: "write 'cron(0 3 ? * * *)' for each day at 3:00 UTC; Model Monitor knows no weeks, days or minutes",
  });
}
